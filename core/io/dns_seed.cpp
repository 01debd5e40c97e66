#include "core/io/dns_seed.h"

#include <QHostAddress>
#include <QHostInfo>

namespace duplex::io {

void lookUpSeed(QObject* context, const std::string& name, std::uint16_t port, EndpointsFound found) {
    QHostInfo::lookupHost(
        QString::fromStdString(name), context, [port, found = std::move(found)](const QHostInfo& info) {
            constexpr std::size_t most = 64;
            std::vector<Endpoint> endpoints;
            for (const QHostAddress& address : info.addresses()) {
                if (endpoints.size() == most) break;
                endpoints.push_back(Endpoint{.host = address.toString().toStdString(), .port = port});
            }
            found(endpoints);
        });
}

} // namespace duplex::io
