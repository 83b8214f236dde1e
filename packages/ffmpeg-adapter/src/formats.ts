/*
 * The demuxers that ffmpeg may use, by its names: those whose audio lies in the file itself. Left out is what opens other files or
 * addresses (hls, dash, concat, sdp, rtsp, imf, mlv, image sequences, lavfi, devices) and what holds no sound. A name that an ffmpeg
 * does not know does no harm.
 */
const FORMATS = `
  3dostr 4xm aa aac aax ac3 ac4 acm act adf adp ads adx aea afc aiff aix alaw alp amr amrnb amrwb apc ape apm aptx aptx_hd argo_asf
  argo_brp argo_cvg asf asf_o ast au avi avr bethsoftvid bfi bfstm binka bit bink bmv boa brstm c93 caf cdxl codec2 daud dcstr derf dfa
  dfpwm dhav dsf dsicin dss dts dtshd dv dxa ea eac3 epaf f32be f32le f64be f64le film_cpk flac flic flv fsb fwse g722 g723_1 g726
  g726le g728 g729 gdv genh gsm gxf hca hcom hnm iamf idcin iec61883 iff ifv ilbc ipmovie ircam iss iv8 ivf jv kvag laf lc3
  libgme libmodplug libopenmpt live_flv lmlm4 loas luodat lvf lxf m4v matroska webm mca mcc mgsts mlp mm mmf mods moflex mov mp4 m4a 3gp
  3g2 mj2 mp3 mpc mpc8 mpeg mpegts mpegtsraw msf msnwctcp msp mtaf mtv mulaw musx mv mvi mxf nistsphere nsp nsv nut nuv ogg oma osq paf
  pmp pp_bnk psxstr pva pvf qcp qoa r3d rka rl2 rm roq rpl rsd rso s16be s16le s24be s24le s32be s32le s337m s8 sbc sdns sdr2 sds sdx
  shn siff simbiosis_imx sln smjpeg smk smush sol sox spdif str svag svs swf tak thp tmv truehd tta txd u16be u16le u24be u24le u32be
  u32le u8 usm vag vidc vividas vivo vmd voc vpk vqf w64 wady wav wavarc wc3movie wsaud wsd wsvqa wtv wv wve xa xmd xmv xvag xwma yop
`;

/** For `-format_whitelist`. */
export const FORMAT_WHITELIST = FORMATS.trim().split(/\s+/).join(',');
