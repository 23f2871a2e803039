/* The floor of a first replay: decodes JPEG files to RGBA by turbojpeg, as the product does, and nothing else.
   Prints the least processor time of all of them in microseconds, without reading the files.
   usage: bare ROUNDS FILE... */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <turbojpeg.h>

static long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static long decode(tjhandle decoder, const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END)) exit(1);
  long count = ftell(file);
  rewind(file);
  unsigned char *bytes = malloc(count);
  if (!bytes || fread(bytes, 1, count, file) != (size_t)count) exit(1);
  fclose(file);
  long start = now();
  int width, height, sampling, colours;
  if (tjDecompressHeader3(decoder, bytes, count, &width, &height, &sampling, &colours)) exit(1);
  unsigned char *pixels = malloc((size_t)width * height * 4);
  if (!pixels
      || tjDecompress2(
          decoder, bytes, count, pixels, width, 0, height, TJPF_RGBA, TJFLAG_ACCURATEDCT))
    exit(1);
  free(pixels);
  long spent = now() - start;
  free(bytes);
  return spent;
}

int main(int count, char **arguments) {
  if (count < 3) return 2;
  tjhandle decoder = tjInitDecompress();
  if (!decoder) return 1;
  long least = -1;
  for (int round = atoi(arguments[1]); round > 0; round--) {
    long spent = 0;
    for (int place = 2; place < count; place++) spent += decode(decoder, arguments[place]);
    if (least < 0 || spent < least) least = spent;
  }
  tjDestroy(decoder);
  printf("%ld\n", least);
}
