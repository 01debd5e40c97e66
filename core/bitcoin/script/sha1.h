#pragma once

#include "core/base/bytes.h"

namespace duplex::bitcoin::script {

/// SHA-1 (FIPS 180-4), for OP_SHA1 only: broken as a hash, but a rule of old scripts.
ByteArray<20> sha1(ByteView data);

} // namespace duplex::bitcoin::script
