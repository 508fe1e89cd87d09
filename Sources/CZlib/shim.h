// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <zlib.h>

/// `deflateInit2` for a gzip member; a macro, which Swift does not import.
static inline int czlib_deflate_init(z_stream *stream, int level, int memory) {
  return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, memory, Z_DEFAULT_STRATEGY);
}

/// `inflateInit2` for a gzip member.
static inline int czlib_inflate_init(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
