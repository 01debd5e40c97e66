#pragma once

#include "tests/support/json_vector.h"

#include "core/lightning/commitment/htlc_tx.h"

namespace duplex::test {

/// The channel of BOLT 3's appendices C and F: its keys, and its HTLCs by number.
class Bolt3Channel {
public:
    explicit Bolt3Channel(lightning::commitment::Format format) {
        using namespace lightning::commitment;
        const QJsonObject file = jsonVector("lightning/bolt03/commitment_legacy.json").object();
        const QJsonObject given = file["parameters"].toObject();
        const QJsonObject internal = file["internal"].toObject();
        parameters.funding = {
            *bitcoin::Txid::fromReversedHex(given["funding_tx_id"].toString().toStdString()), 0};
        parameters.capacity = {given["funding_amount_satoshi"].toString().toLongLong()};
        parameters.format = format;
        parameters.local = {
            .keys = {.funding_pubkey = key(given["local_funding_pubkey"]),
                     .revocation_basepoint = key(given["local_payment_basepoint"]),
                     .payment_basepoint = key(given["local_payment_basepoint"]),
                     .delayed_payment_basepoint = key(internal["local_delayed_payment_basepoint"]),
                     .htlc_basepoint = key(given["local_htlc_basepoint"])},
            .dust_limit = {546},
            .to_self_delay = 144};
        parameters.remote = {.keys = {.funding_pubkey = key(given["remote_funding_pubkey"]),
                                      .revocation_basepoint = key(internal["remote_revocation_basepoint"]),
                                      .payment_basepoint = key(given["remote_payment_basepoint"]),
                                      .delayed_payment_basepoint = key(given["remote_payment_basepoint"]),
                                      .htlc_basepoint = key(given["remote_htlc_basepoint"])},
                             .dust_limit = {546},
                             .to_self_delay = 144};
        point = key(internal["local_per_commitment_point"]);
        local_funding = secret(given["local_funding_privkey"]);
        remote_funding = secret(internal["remote_funding_privkey"]);
        local_htlc = secret(given["local_privkey"]);
        remote_htlc =
            *lightning::keys::derivePrivateKey(*secret(internal["remote_payment_basepoint_secret"]), *point);
        const QJsonObject all = file["htlcs"].toObject();
        for (const QString& number : all.keys()) {
            const QJsonObject htlc = all[number].toObject();
            const auto preimage = lightning::Preimage{toArray<32>(hexOf(htlc["payment_preimage"]))};
            preimages.push_back(preimage);
            htlcs.push_back({.direction = htlc["direction"].toString() == "local->remote"
                                              ? HtlcDirection::offered
                                              : HtlcDirection::received,
                             .id = number.toULongLong(),
                             .amount = {htlc["amount_msat"].toString().toLongLong()},
                             .payment_hash = lightning::paymentHashOf(preimage),
                             .cltv_expiry = {htlc["expiry"].toString().toUInt()}});
        }
    }

    /// The HTLCs are those with which the balances make the capacity.
    lightning::commitment::CommitmentSpec spec(std::int64_t to_local_msat, std::int64_t to_remote_msat,
                                               std::int64_t feerate) const {
        lightning::commitment::CommitmentSpec result{
            .feerate = {feerate}, .to_owner = {to_local_msat}, .to_other = {to_remote_msat}};
        if (to_local_msat == 6988000000) result.htlcs = {htlcs.begin(), htlcs.begin() + 5};
        if (to_local_msat == 6987999999) result.htlcs = {htlcs[1], htlcs[5], htlcs[6]};
        return result;
    }

    static crypto::PublicKey key(const QJsonValue& hex) { return *crypto::PublicKey::fromBytes(hexOf(hex)); }
    /// The file's private keys end in the "01" of a compressed WIF.
    static std::optional<crypto::PrivateKey> secret(const QJsonValue& hex) {
        return crypto::PrivateKey::fromBytes(toArray<32>(hexOf(hex)));
    }

    lightning::commitment::ChannelParameters parameters;
    std::optional<crypto::PublicKey> point;
    std::optional<crypto::PrivateKey> local_funding, remote_funding, local_htlc, remote_htlc;
    std::vector<lightning::commitment::CommitmentHtlc> htlcs;
    std::vector<lightning::Preimage> preimages;
};

} // namespace duplex::test
