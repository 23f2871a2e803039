#ifndef PROOFSHEET_CIMAGECODECS_H
#define PROOFSHEET_CIMAGECODECS_H

/* Whole pictures in, whole pictures out: each function makes its codec objects, uses them and
   frees them, so that no codec pointer and no longjmp crosses into Swift. Failures are a negative
   result and a message. Pixels are rows of red, green, blue, alpha, straight alpha. */

#include <libdeflate.h>
#include <png.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>
#include <webp/decode.h>
#include <webp/encode.h>

#define P_MESSAGE_COUNT 200

typedef struct {
  char text[P_MESSAGE_COUNT];
} p_message;

static inline void p_say(p_message *message, const char *text) {
  snprintf(message->text, sizeof message->text, "%s", text ? text : "unknown failure");
}

/* MARK: A byte string that grows while an encoder writes. */

typedef struct {
  uint8_t *bytes;
  size_t count;
  size_t capacity;
} p_output;

/* Returns 0 when memory is exhausted. */
static inline int p_output_append(p_output *output, const uint8_t *bytes, size_t count) {
  if (count > SIZE_MAX / 2 - output->count) return 0;
  size_t needed = output->count + count;
  if (needed > output->capacity) {
    size_t capacity = needed < 4096 ? 4096 : needed * 2;
    uint8_t *grown = (uint8_t *)realloc(output->bytes, capacity);
    if (!grown) return 0;
    output->bytes = grown;
    output->capacity = capacity;
  }
  if (count) memcpy(output->bytes + output->count, bytes, count);
  output->count = needed;
  return 1;
}

static inline void p_output_free(p_output *output) {
  free(output->bytes);
  memset(output, 0, sizeof *output);
}

/* MARK: PNG */

typedef struct {
  const uint8_t *bytes;
  size_t count;
  size_t offset;
} p_png_source;

static void p_png_fail(png_structp png, png_const_charp text) {
  p_say((p_message *)png_get_error_ptr(png), text);
  png_longjmp(png, 1);
}

static void p_png_ignore(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void p_png_read(png_structp png, png_bytep target, size_t count) {
  p_png_source *source = (p_png_source *)png_get_io_ptr(png);
  if (count > source->count - source->offset) png_error(png, "the file ends too early");
  memcpy(target, source->bytes + source->offset, count);
  source->offset += count;
}

/* Expects a file whose header says `width` x `height`, and gives `bits` (8 or 16) a sample; 16-bit
   samples are little-endian. `pixels` has room for width * height * 4 * bits / 8 bytes. */
__attribute__((noinline)) static int p_png_decode(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, int bits,
    size_t chunk_byte_count_max, uint8_t *pixels, p_message *message) {
  p_png_source source = {bytes, count, 0};
  png_structp png =
      png_create_read_struct(PNG_LIBPNG_VER_STRING, message, p_png_fail, p_png_ignore);
  if (!png) {
    p_say(message, "libpng could not start");
    return -1;
  }
  png_infop volatile info = NULL;
  if (setjmp(png_jmpbuf(png))) {
    png_infop made = info;
    png_destroy_read_struct(&png, &made, NULL);
    return -1;
  }
  info = png_create_info_struct(png);
  if (!info) png_error(png, "out of memory");
  png_set_read_fn(png, &source, p_png_read);
  png_set_user_limits(png, width, height);
  png_set_chunk_malloc_max(png, chunk_byte_count_max);
  png_set_chunk_cache_max(png, 1);
  /* A transparency chunk that is silently dropped would change the picture. */
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  /* So would one out of place; and the checksum of the picture data counts too. */
  png_set_benign_errors(png, 0);
  /* Texts, profiles and times are skipped, never inflated. */
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_read_info(png, info);
  if (png_get_image_width(png, info) != width || png_get_image_height(png, info) != height)
    png_error(png, "the size differs from the header's");
  png_set_expand(png);
  png_set_gray_to_rgb(png);
  png_set_add_alpha(png, bits == 16 ? 0xFFFF : 0xFF, PNG_FILLER_AFTER);
  if (bits == 16) png_set_swap(png);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  size_t row_byte_count = (size_t)width * 4 * (size_t)(bits / 8);
  if (png_get_rowbytes(png, info) != row_byte_count)
    png_error(png, "the sample depth differs from the header's");
  for (int pass = 0; pass < passes; pass++)
    for (uint32_t row = 0; row < height; row++)
      png_read_row(png, pixels + row * row_byte_count, NULL);
  png_read_end(png, NULL);
  png_infop made = info;
  png_destroy_read_struct(&png, &made, NULL);
  return 0;
}

static void p_png_write(png_structp png, png_bytep bytes, size_t count) {
  if (!p_output_append((p_output *)png_get_io_ptr(png), bytes, count))
    png_error(png, "out of memory");
}

static void p_png_flush(png_structp png) { (void)png; }

/* Takes pixels as p_png_decode gives them; `opaque` writes no alpha channel, `fast` a larger file
   in a quarter of the time. */
__attribute__((noinline)) static int p_png_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int bits, int opaque, int fast,
    p_output *output, p_message *message) {
  png_structp png =
      png_create_write_struct(PNG_LIBPNG_VER_STRING, message, p_png_fail, p_png_ignore);
  if (!png) {
    p_say(message, "libpng could not start");
    return -1;
  }
  png_infop volatile info = NULL;
  if (setjmp(png_jmpbuf(png))) {
    png_infop made = info;
    png_destroy_write_struct(&png, &made);
    return -1;
  }
  info = png_create_info_struct(png);
  if (!info) png_error(png, "out of memory");
  png_set_write_fn(png, output, p_png_write, p_png_flush);
  png_set_IHDR(
      png, info, width, height, bits, opaque ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_RGB_ALPHA,
      PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_compression_level(png, fast ? 1 : 6);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, fast ? PNG_FILTER_PAETH : PNG_ALL_FILTERS);
  png_write_info(png, info);
  if (opaque) png_set_filler(png, 0, PNG_FILLER_AFTER);
  if (bits == 16) png_set_swap(png);
  size_t row_byte_count = (size_t)width * 4 * (size_t)(bits / 8);
  for (uint32_t row = 0; row < height; row++)
    png_write_row(png, pixels + row * row_byte_count);
  png_write_end(png, info);
  png_infop made = info;
  png_destroy_write_struct(&png, &made);
  return 0;
}

/* MARK: JPEG */

/* The accurate inverse transform and smooth chroma upsampling are part of the pixel digest's
   definition; libjpeg's warnings are about damaged data and count as failures. `inks` gives the
   four samples of a CMYK or YCCK file as they are stored. The file's size must be `width` x `height`,
   or half, a quarter or an eighth must bring it there, rounded up. */
static inline int p_jpeg_decode(
    const uint8_t *bytes, size_t count, int width, int height, int inks, uint8_t *pixels,
    p_message *message) {
  tjhandle decoder = tjInitDecompress();
  if (!decoder) {
    p_say(message, tjGetErrorStr2(NULL));
    return -1;
  }
  int flags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS;
  int result = tjDecompress2(
      decoder, bytes, count, pixels, width, width * 4, height, inks ? TJPF_CMYK : TJPF_RGBA,
      flags);
  if (result) p_say(message, tjGetErrorStr2(decoder));
  tjDestroy(decoder);
  return result ? -1 : 0;
}

/* The room that p_jpeg_encode needs for any picture of that size; 0 for sizes it refuses. */
static inline size_t p_jpeg_byte_count_max(int width, int height, int subsampled) {
  unsigned long size = tjBufSize(width, height, subsampled ? TJSAMP_420 : TJSAMP_444);
  return size == (unsigned long)-1 ? 0 : size;
}

/* Gives the number of bytes written to `target`, or -1. Alpha is not read. */
static inline ptrdiff_t p_jpeg_encode(
    const uint8_t *pixels, int width, int height, int quality, int subsampled, uint8_t *target,
    size_t capacity, p_message *message) {
  tjhandle encoder = tjInitCompress();
  if (!encoder) {
    p_say(message, tjGetErrorStr2(NULL));
    return -1;
  }
  unsigned long count = capacity;
  int result = tjCompress2(
      encoder, pixels, width, width * 4, height, TJPF_RGBX, &target, &count,
      subsampled ? TJSAMP_420 : TJSAMP_444, quality, TJFLAG_ACCURATEDCT | TJFLAG_NOREALLOC);
  if (result) p_say(message, tjGetErrorStr2(encoder));
  tjDestroy(encoder);
  return result ? -1 : (ptrdiff_t)count;
}

/* MARK: WebP */

/* Decodes one still picture of the given size into rows that lie `stride` bytes apart. */
static inline VP8StatusCode p_webp_decode(
    const uint8_t *bytes, size_t count, int width, int height, uint8_t *pixels, int stride,
    size_t pixel_byte_count) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) return VP8_STATUS_INVALID_PARAM;
  VP8StatusCode status = WebPGetFeatures(bytes, count, &config.input);
  if (status != VP8_STATUS_OK) return status;
  if (config.input.width != width || config.input.height != height || config.input.has_animation)
    return VP8_STATUS_INVALID_PARAM;
  config.output.colorspace = MODE_RGBA;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = pixels;
  config.output.u.RGBA.stride = stride;
  config.output.u.RGBA.size = pixel_byte_count;
  status = WebPDecode(bytes, count, &config);
  WebPFreeDecBuffer(&config.output);
  return status;
}

static int p_webp_write(const uint8_t *bytes, size_t count, const WebPPicture *picture) {
  return p_output_append((p_output *)picture->custom_ptr, bytes, count);
}

/* `fast` leaves out what takes more than half of the time for a sixteenth of the bytes. */
static inline int p_webp_encode(
    const uint8_t *pixels, int width, int height, float quality, int fast, p_output *output,
    p_message *message) {
  WebPConfig config;
  WebPPicture picture;
  if (!WebPConfigPreset(&config, WEBP_PRESET_DEFAULT, quality) || !WebPPictureInit(&picture)) {
    p_say(message, "libwebp has another interface than expected");
    return -1;
  }
  if (fast) config.method = 2;
  picture.width = width;
  picture.height = height;
  picture.writer = p_webp_write;
  picture.custom_ptr = output;
  int encoded =
      WebPPictureImportRGBA(&picture, pixels, width * 4) && WebPEncode(&config, &picture);
  if (!encoded)
    snprintf(
        message->text, sizeof message->text, "libwebp failed with code %d",
        (int)picture.error_code);
  WebPPictureFree(&picture);
  return encoded ? 0 : -1;
}

/* MARK: zlib streams */

/* Inflates a zlib stream of at most `capacity` bytes; gives their number, or -1. */
static inline ptrdiff_t p_inflate(
    const uint8_t *bytes, size_t count, uint8_t *target, size_t capacity) {
  struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
  if (!decompressor) return -1;
  size_t written = 0;
  enum libdeflate_result result =
      libdeflate_zlib_decompress(decompressor, bytes, count, target, capacity, &written);
  libdeflate_free_decompressor(decompressor);
  return result == LIBDEFLATE_SUCCESS ? (ptrdiff_t)written : -1;
}

/* Inflates a zlib stream that fills `target` exactly and ends with the last of `bytes`; its
   checksum is verified. Gives 1, or 0 for any other stream. */
static inline int p_inflate_whole(
    const uint8_t *bytes, size_t count, uint8_t *target, size_t target_count) {
  struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
  if (!decompressor) return 0;
  size_t read = 0;
  enum libdeflate_result result = libdeflate_zlib_decompress_ex(
      decompressor, bytes, count, target, target_count, &read, NULL);
  libdeflate_free_decompressor(decompressor);
  return result == LIBDEFLATE_SUCCESS && read == count;
}

#endif
