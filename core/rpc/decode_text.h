#pragma once

#include "core/rpc/method.h"

namespace duplex::rpc {

/// The method `decode`: BOLT 11 invoices (fields as Core Lightning's decode) and BIP 21 links.
LocalResult decodeText(const Arguments& arguments, const Environment& environment);

} // namespace duplex::rpc
