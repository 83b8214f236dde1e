/** Written by test/backends/record-vector.mjs. */

/** FNV-1a of 64 bits over the decoded samples. */
export const VECTOR_HASH = '57b60fb2bf8560f4';

/** In 1/256 dB; one pass over a list for each. */
export const VECTOR_GAINS_Q8: readonly number[] = [0, 256, -300, 3000, -1111, 777];

/** Base64; before each packet its length in one byte. CELT stereo, SILK mono (60 ms), hybrid mono. */
export const VECTOR_PACKETS: readonly { readonly channels: 1 | 2; readonly packets: string }[] = [
  {
    channels: 2,
    packets:
      'ZfzfkxXUFPkx0/63tnjog6vaxnUd2Bh8dpjrjYd9UtPUb9ODsHkz2LrTVZwny+PyQBui2TX31mLJtXsZjf91pSmsT73omq02LQaI7kHkHzbH' +
      '2oCMOXg/RpUimtedho3mB4eYcYRYZfzflSA29lf0hmNNU/ZBU6e8pHSgyUtThFwjLEaRu8VhyI8YSo0gqJXYBnzKfc7ONpjEFPg0DKIC9KyS' +
      'uTatS9OXiJd/P8u6Eq1NBeBpOzaAP2rABPM+1TTwA2SeyrNKqgZseFRdZfzflUANxVQMLwNWKbOVLOmLQghHKlQC6gtF8hweZO1rGgiMOgQt' +
      'YDBvjQp25cnHx54XqfvDyL04f+A+EkN1xvM823u7N93aFALU8e4gs0r5vVpkTfkR8J8cnfhwSfV+ABRggappZfx7EZwkmZGZDAR5tkGVxv4s' +
      'xzGaSfIJgM9ncRV2J/qxAv6qI39eY+OwPkjKiISgYVhi9EcCD/sWqGcio11+VaMopoTzYWrAPY7TFuNf/3B9aKURnT6TrvWWBg8bLvxsFCv8' +
      'zD7zZfx7EbWapF6vGdC1LclLjcSHW219/XcbnUzcS8TorUDU6Yf3InMfaMY4cl/hTgn5+eh8ay+CUkq2WZsVZq1bnnpmqVVOCn2pl5tAyz2T' +
      'ZDROnEtkF4k32uBxrsLz0fPwqqr+V3A8Zfx7EZwkUdGk/St3yVJ+xdXpmTqONIPUL47bPJ7ztZH7MYWGMdXjtRiNAf2gWS3NMHBzVXhVGHGl' +
      'Jb2VEwbnhLUljBG/coHyE0rM+HWExikzhekS8Atwi/L7PFoijA5AUPVf0AxfZfx7EZvlpZei6+48omPSd25ibrhhT6E3a+zlm6CcE6lNOlSF' +
      'DGQz1MCw/PP40VVv5Mjd9tz6mfSHMFk4ivzd8OdNY8Wa0UpcIssyliP/vNTyh2pyf4/an6i+EAB9t9v6X1VOTDUKZfx7EDZTgWEfFoXpAHt/' +
      'v/LUHO7UmmBD3otmSRiU7UDW8xM1Any2KdUyGMpERe9IxmisrxqgX+lYKnMGAULP8Ir96opbHNb5mzT7xDc16FulUqU7YPcFib1JlZpVpzCf' +
      '+q9c3z/oZfz0lfAaGMTlkwaglys3qIrmH36icgRVRBMPd/IvZ6gloyU48ST2xKzzEpTOIePeA6PmakOrhWtg9kIs+eotsNTZl4xiuuDJZbMJ' +
      'nNP30IKCyRy6H+cdtFBoyQM00vAFpHwc88Y6Zfz0lgYgJIAN0MZ3UTFdSZc5qeVMSMiyKBFYlo4RILDTfMy5P1hsNaO5KVMcbS9V17WvFq7k' +
      'RHHfKYDkkfNy+sDyCNd/yFwsczPsoGHiXwRiQfATOLQwcMOBe7JDs+qAP5A8JrZL',
  },
  {
    channels: 1,
    packets:
      'Q1gBniJQjgzd4zFWXZ9DmPaEAQyPm6NmpEsCYpjNOJPjakLHgA7sHNAxdJxTYXBwrG/jNruYcu+qyagppIH0BTUCkvQ+WAGeV4iGOK9FbVRy' +
      'qN2q8hrvNf/aHiCdyNzTanQqAg/UPEftHYAME6IAqTf+rxvGENaPluObCt2qroQVQ4BHWAGe0Ua+jTZIjk/Zp7e/ruGqpWSXFZz1xazHCwjC' +
      'ViHzSD77/rSMH0b+aRoCkTD7YhLAv13rTW5NG0WR0im2OcweBl4vZ3A=',
  },
  {
    channels: 1,
    packets:
      'MngGeQ5GqnxbXlJDVa2XaXmI9h30vZ2tU7PvS8sW9046d5HdvhG4C4hjtPF1AYad0KVROHgGeOsXlYQh4FTA/TH0cJegSRR0IEZIMo2PHjFH' +
      'fgmdAY0Dn+Ivhz4Ph31mQ718iymtPJdnn5JjOngGeZ3nBYQpdItgPqBGZk3L0XkZrnoSNbpNWoLA1XVvRs6vY90ajue66J1nMAB4/lIHnlyW' +
      'PqgtemEyeAZ4+iSfv7fKCprJ3I9r/fSvczM9FDNayYZFBJuHP5QwG7BNdsJH49pEGf2K7xSbG8k6eAZ4XS6wbpqo6hUiU84bh7hk/eNmPeiL' +
      'cYLnsXkNSjZM6N4BNul97JkvqzjfxAK5BLAXwDiYKkz3sjV4Bnh3plRQYJvXh5WvnbVFckFPmnC1QcoYjAmazVIuKZdguibJxedeNVbmr+yP' +
      'VNa5tdhvUjZ4Bne33sgwwoRXosOaH80pa/Ugm2cqomHEHUnUxlQKlG7JOulnutrSx53utXHEsvHJZkG5bs8weAZ3qM6oGPY/p2x9Kbp1nc3p' +
      'c54xqNCz8a/hzbQ7iIgnrtB45xhiY3iIsy/s7yyJ',
  },
];
