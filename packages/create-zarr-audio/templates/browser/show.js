const canvas = document.querySelector('canvas');
const text = document.querySelector('output');
const button = document.querySelector('button');

addEventListener('error', ({ error }) => tell(error));
addEventListener('unhandledrejection', ({ reason }) => tell(reason));

/** What went wrong, with its code. */
function tell(error) {
  text.value = `${error?.code ?? 'Error'}: ${error?.message ?? error}`;
}

/** Draws the first channel of a block of samples, and plays the block when the button is pressed. */
export function show(recording, block) {
  const { file } = recording.info.source;
  const seconds = (recording.totalSamples / block.sampleRate).toFixed(2);
  text.value = `${file}: ${seconds} s, ${block.channels} channel(s), ${block.sampleRate} Hz, ${recording.info.codec}`;
  draw(block);
  button.disabled = false;
  button.onclick = () => play(block);
}

function draw({ data, frames, channels }) {
  const { width, height } = canvas;
  const context = canvas.getContext('2d');
  context.clearRect(0, 0, width, height);
  for (let x = 0; x < width; x++) {
    let low = 0;
    let high = 0;
    for (let i = Math.floor((x * frames) / width); i < ((x + 1) * frames) / width; i++) {
      low = Math.min(low, data[i * channels]);
      high = Math.max(high, data[i * channels]);
    }
    context.fillRect(x, ((1 - high) * height) / 2, 1, Math.max(1, ((high - low) * height) / 2));
  }
}

function play({ data, frames, channels, sampleRate }) {
  const audio = new AudioContext();
  const buffer = audio.createBuffer(channels, frames, sampleRate);
  for (let channel = 0; channel < channels; channel++) {
    buffer.copyToChannel(
      Float32Array.from({ length: frames }, (_, i) => data[i * channels + channel]),
      channel,
    );
  }
  const player = new AudioBufferSourceNode(audio, { buffer });
  player.connect(audio.destination);
  player.onended = () => audio.close();
  player.start();
}
