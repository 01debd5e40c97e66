#pragma once

#include "core/rpc/method.h"

namespace duplex::rpc {

/// The method `decode`: BOLT 11 invoices (fields as Core Lightning's decode), BIP 21 links, addresses.
LocalResult decodeText(const Arguments& arguments, const Environment& environment);

} // namespace duplex::rpc
