#pragma once

#include "core/io/endpoint.h"

#include <QObject>

#include <functional>
#include <string>
#include <vector>

namespace duplex::io {

using EndpointsFound = std::function<void(const std::vector<Endpoint>& endpoints)>;

/// Asks the system's resolver for the addresses of a seed name and calls back once, on this thread,
/// with at most 64 of them (none when the name is unknown). Dropped when `context` is destroyed.
/// Not to be used behind a proxy: a look-up of our own would tell the network who asks.
void lookUpSeed(QObject* context, const std::string& name, std::uint16_t port, EndpointsFound found);

} // namespace duplex::io
