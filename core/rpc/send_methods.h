#pragma once

#include "core/rpc/method.h"

namespace duplex::rpc {

/// send, sendtoaddress and sendall: part of the wallet's group.
std::vector<Method> sendMethods();

} // namespace duplex::rpc
