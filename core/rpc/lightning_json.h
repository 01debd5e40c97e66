#pragma once

#include "core/api/reply.h"
#include "core/rpc/json.h"

namespace duplex::rpc {

// Objects with the fields of Core Lightning's schemas (v26.06).

Json addressJson(const std::string& host, std::uint16_t port);
/// {bits, names} of a channel_type's feature bits.
Json channelTypeJson(const Bytes& features);
Json peerJson(const api::LightningPeer& peer);
Json channelJson(const api::ChannelView& channel);
Json fundsJson(const api::FundsReply& funds);
Json invoiceJson(const api::InvoiceInfo& invoice);
/// An entry of listpays.
Json paymentJson(const api::PaymentInfo& payment);
/// What pay answers.
Json paymentResultJson(const api::PaymentInfo& payment);
Json nodeJson(const api::NetworkNode& node);
Json graphChannelJson(const api::GraphChannel& channel);

} // namespace duplex::rpc
