// opusfile over HTTP: open, seek and read 1 s.
#include <opusfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
static double now(void){struct timespec t;clock_gettime(CLOCK_MONOTONIC,&t);return t.tv_sec+t.tv_nsec*1e-9;}
int main(int c,char**v){int e;double a=now();OggOpusFile*of=op_open_url(v[1],&e,NULL);if(!of){printf("open %d\n",e);return 1;}double b=now();op_pcm_seek(of,atoll(v[2]));opus_int16*buf=malloc(48000*4);int g=0,ch=op_channel_count(of,-1);while(g<48000){int r=op_read(of,buf+g*ch,(48000-g)*ch,NULL);if(r<=0)break;g+=r;}printf("open %.3f s, seek+read 1 s %.3f s\n",b-a,now()-b);return 0;}
