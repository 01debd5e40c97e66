// An open wallet: addresses, coins, history.

#include "core/bitcoin/keys/descriptor.h"
#include "core/bitcoin/primitives/address.h"
#include "core/family/bitcoin/lightning_layer.h"
#include "core/family/bitcoin/parts.h"

namespace duplex::family::bitcoin {

namespace {

constexpr std::string_view lock_owner = "user"; // who holds what lockunspent locked
constexpr std::size_t longest_label = 500;
constexpr std::string_view label_too_long = "A label has at most 500 bytes.";

/// The public key of a place; unset only for an index without a key (chance 2^-127).
crypto::PublicKey publicKeyAt(const wallet::AccountKeys& accounts, const wallet::KeyPlace& place) {
    const auto& account = place.account == wallet::Account::spending ? accounts.spending : accounts.channel;
    const auto branch = account.child(static_cast<std::uint32_t>(place.chain));
    const auto leaf = branch ? branch->child(place.index) : std::nullopt;
    return leaf ? leaf->key() : crypto::PublicKey{};
}

} // namespace

void BitcoinFamily::Parts::on(const api::GetWalletInfo&, Answered answered) {
    if (!needWallet(answered)) return;
    const auto progress = m_wallet->value.keys().progress(wallet::Account::spending, wallet::Chain::receive);
    api::WalletInfo info{.name = m_wallet->name};
    info.transaction_count = static_cast<std::int64_t>(m_wallet->value.history().entries().size());
    info.key_pool_size = progress.derived - progress.next;
    info.protected_by_password = m_wallet->facts.protected_by_password;
    if (info.protected_by_password) {
        if (!m_wallet->master)
            info.unlocked_until = 0;
        else if (m_relock_at)
            info.unlocked_until = secondsOf(io::calendarNow()) + (*m_relock_at - io::now()).count() / 1000;
    }
    info.birthday_height =
        m_birthday_open ? -1 : static_cast<std::int64_t>(m_wallet->facts.scan.birthday().value);
    info.birthday_time = secondsOf(m_wallet->facts.birthday_time);
    info.complete_to = completeHeight();
    info.scanning = completeHeight() < static_cast<std::int64_t>(chain().height());
    info.scan_height = completeHeight();
    info.scan_from = m_birthday_open ? info.scan_height : std::int64_t{m_wallet->facts.scan.birthday().value};
    info.scan_to = chain().height();
    if (m_scan_since) info.scan_s = (io::now() - *m_scan_since).count() / 1000;
    info.complete_hash = chain().hashAt(static_cast<std::uint32_t>(completeHeight())).reversedHex();
    if (!info.protected_by_password) info.warning = no_password_warning;
    info.fingerprint = toHex(m_wallet->facts.accounts.spending.fingerprint());
    answer(answered, std::move(info));
}

// --- addresses ---

void BitcoinFamily::Parts::on(const api::NewAddress& request, Answered answered) {
    if (!needWallet(answered)) return;
    if (request.label.size() > longest_label) return fail(answered, -11, std::string(label_too_long));
    wallet::WalletChange change;
    const std::string address = request.kind == api::NewAddress::Kind::receive
                                    ? m_wallet->value.newReceiveAddress(change)
                                    : m_wallet->value.newChangeAddress(change);
    keep(change);
    const auto script = duplex::bitcoin::scriptFromAddress(address, m_network);
    if (script && !request.label.empty()) setLabel(*script, request.label);
    if (change.watch_list_grew || change.keys) {
        m_turns->current().after([this] {
            if (m_wallet)
                m_client->watch(m_wallet->value.watchedScripts(), {},
                                {static_cast<std::uint32_t>(completeHeight()) + 1});
        });
    }
    answer(answered, api::Text{address});
}

api::AddressInfo BitcoinFamily::Parts::describe(const duplex::bitcoin::Script& script,
                                                const wallet::KeyPlace* place) const {
    api::AddressInfo info{.address = duplex::bitcoin::addressOf(script, m_network).value_or(""),
                          .script_hex = toHex(script)};
    if (const auto program = duplex::bitcoin::witnessProgramOf(script)) {
        info.is_witness = true;
        info.witness_version = program->version;
        info.witness_program_hex = toHex(program->program);
    }
    if (m_wallet) {
        if (const auto label = m_wallet->labels.find(script.bytes); label != m_wallet->labels.end())
            info.labels.push_back(label->second);
    }
    if (place == nullptr) return info;
    info.is_mine = true;
    info.is_change = place->chain == wallet::Chain::change;
    info.hd_path = wallet::pathOf(*place, m_network).text();
    std::ranges::replace(info.hd_path, '\'', 'h'); // as Core writes it
    info.public_key = publicKeyAt(m_wallet->facts.accounts, *place).hex();
    // A locked wallet knows its account keys only: then the key's origin begins there.
    const bool spending = place->account == wallet::Account::spending;
    const auto& account = spending ? m_wallet->facts.accounts.spending : m_wallet->facts.accounts.channel;
    if (m_wallet->master) info.fingerprint = toHex(m_wallet->master->fingerprint());
    const std::string origin = m_wallet->master
                                   ? info.fingerprint + info.hd_path.substr(1)
                                   : toHex(account.fingerprint()) + "/" +
                                         std::to_string(static_cast<std::uint32_t>(place->chain)) + "/" +
                                         std::to_string(place->index);
    info.descriptor = (spending ? "wpkh([" : "tr([") + origin + "]" + info.public_key + ")";
    if (const auto checksum = duplex::bitcoin::keys::descriptorChecksum(info.descriptor))
        info.descriptor += "#" + *checksum;
    info.verified = ownVerified();
    return info;
}

void BitcoinFamily::Parts::on(const api::GetAddressInfo& request, Answered answered) {
    if (!needWallet(answered)) return;
    const auto script = duplex::bitcoin::scriptFromAddress(request.address, m_network);
    if (!script) return fail(answered, -5, std::string(duplex::bitcoin::textOf(script.error())));
    const auto place = m_wallet->value.keys().placeOf(*script);
    api::AddressInfo info = describe(*script, place ? &*place : nullptr);
    if (place) addReceived({&info, 1});
    answer(answered, std::move(info));
}

void BitcoinFamily::Parts::on(const api::ListAddresses&, Answered answered) {
    if (!needWallet(answered)) return;
    api::AddressList list;
    const auto progress = m_wallet->value.keys().progress(wallet::Account::spending, wallet::Chain::receive);
    for (std::uint32_t index = 0; index < progress.next; ++index) {
        const wallet::KeyPlace place{wallet::Account::spending, wallet::Chain::receive, index};
        list.addresses.push_back(
            describe(duplex::bitcoin::payToWitnessPublicKeyHash(publicKeyAt(m_wallet->facts.accounts, place)),
                     &place));
    }
    addReceived(list.addresses);
    answer(answered, std::move(list));
}

/// All at once: each of many addresses among many coins would hold up everything else.
void BitcoinFamily::Parts::addReceived(std::span<api::AddressInfo> addresses) const {
    std::map<std::string, api::AddressInfo*> by_script;
    for (api::AddressInfo& info : addresses) by_script.emplace(info.script_hex, &info);
    for (const auto& [outpoint, coin] : m_wallet->value.coins().coins()) {
        const auto found = by_script.find(toHex(coin.output.script_pubkey));
        if (found == by_script.end()) continue;
        found->second->used = true;
        found->second->received_sat += coin.output.value.value;
    }
}

/// What was paid to or from this script is called so from now on.
void BitcoinFamily::Parts::setLabel(const duplex::bitcoin::Script& script, const std::string& label) {
    m_wallet->labels[script.bytes] = label;
    m_turns->current().wallet().put(store::Table::labels, script, viewOf(label));
    publishSoon();
}

void BitcoinFamily::Parts::on(const api::SetLabel& request, Answered answered) {
    if (!needWallet(answered)) return;
    const auto script = duplex::bitcoin::scriptFromAddress(request.address, m_network);
    if (!script) return fail(answered, -5, std::string(duplex::bitcoin::textOf(script.error())));
    if (request.label.size() > longest_label) return fail(answered, -11, std::string(label_too_long));
    setLabel(*script, request.label);
    answer(answered, api::Done{});
}

// --- coins and history ---

void BitcoinFamily::Parts::on(const api::GetBalances&, Answered answered) {
    if (!needWallet(answered)) return;
    const wallet::Balance balance = m_wallet->value.balance();
    std::int64_t own_pending = 0;
    for (const auto& [outpoint, coin] : m_wallet->value.coins().coins()) {
        if (!coin.height && coin.own && !coin.spent_by) own_pending += coin.output.value.value;
    }
    api::Balances reply{.trusted_sat = balance.confirmed.value + own_pending,
                        .pending_sat = balance.pending.value - own_pending};
    reply.immature_sat = balance.immature.value;
    reply.locked_sat = balance.reserved.value;
    reply.reserve_sat =
        heldBack({reply.trusted_sat - reply.locked_sat}, m_lightning->channels.reserveNeeded()).value;
    reply.complete_to = completeHeight();
    reply.block_hash = chain().hashAt(static_cast<std::uint32_t>(completeHeight())).reversedHex();
    reply.verified = balanceVerified();
    answer(answered, std::move(reply));
}

api::Coin BitcoinFamily::Parts::describe(const wallet::Coin& coin) const {
    api::Coin result{.txid = coin.outpoint.txid.reversedHex(), .index = coin.outpoint.index};
    const api::AddressInfo address = describe(coin.output.script_pubkey, &coin.place);
    result.address = address.address;
    result.label = address.labels.empty() ? "" : address.labels.front();
    result.script_hex = address.script_hex;
    result.descriptor = address.descriptor;
    result.amount_sat = coin.output.value.value;
    result.height = coin.height ? static_cast<std::int64_t>(coin.height->value) : -1;
    result.confirmations = coin.height ? depthOf(*coin.height) : 0;
    result.reserved = !coin.reserved_by.empty();
    result.spendable = !result.reserved && (coin.height || coin.own) &&
                       (!coin.coinbase || result.confirmations >= wallet::coinbase_maturity);
    if (coin.height)
        result.verified =
            ledger::weaker(verifiedAt(result.height, ledger::Evidence::block), balanceVerified());
    else if (const auto* entry = m_wallet->value.history().find(coin.outpoint.txid))
        result.verified = pendingVerified(*entry);
    return result;
}

void BitcoinFamily::Parts::on(const api::ListUnspent& request, Answered answered) {
    if (!needWallet(answered)) return;
    api::CoinList list;
    for (const auto& [outpoint, coin] : m_wallet->value.coins().coins()) {
        if (coin.spent_by || !coin.reserved_by.empty()) continue;
        api::Coin one = describe(coin);
        if (one.confirmations < request.min_confirmations || one.confirmations > request.max_confirmations)
            continue;
        if (coin.coinbase && one.confirmations < wallet::coinbase_maturity) continue;
        if (!request.addresses.empty() &&
            std::ranges::find(request.addresses, one.address) == request.addresses.end())
            continue;
        list.coins.push_back(std::move(one));
    }
    answer(answered, std::move(list));
}

void BitcoinFamily::Parts::on(const api::LockUnspent& request, Answered answered) {
    if (!needWallet(answered)) return;
    wallet::WalletChange change;
    if (!request.outpoints) {
        m_wallet->value.release(lock_owner, change);
        keep(change);
        return answer(answered, api::Done{});
    }
    // First every check, so that a call that fails changes nothing; then every change.
    std::vector<duplex::bitcoin::OutPoint> outpoints;
    for (const auto& [txid, index] : *request.outpoints) {
        const auto id = duplex::bitcoin::Txid::fromReversedHex(txid);
        if (!id) return fail(answered, -8, "A transaction id has 64 hexadecimal digits.");
        const duplex::bitcoin::OutPoint outpoint{*id, index};
        const wallet::Coin* coin = m_wallet->value.coins().find(outpoint);
        const std::string which = " (" + txid + ":" + std::to_string(index) + "). Nothing was changed.";
        if (coin == nullptr)
            return fail(answered, -8, "Invalid parameter, this wallet has no such output" + which);
        if (coin->spent_by) return fail(answered, -8, "Invalid parameter, expected unspent output" + which);
        if (request.unlock && coin->reserved_by != lock_owner)
            return fail(answered, -8,
                        coin->reserved_by.empty()
                            ? "Invalid parameter, expected locked output" + which
                            : "This output is held for a payment or a channel, not by lockunspent" + which);
        if (!request.unlock && !coin->reserved_by.empty())
            return fail(answered, -8, "Invalid parameter, output already locked" + which);
        outpoints.push_back(outpoint);
    }
    for (const auto& outpoint : outpoints) {
        if (request.unlock)
            m_wallet->value.release(outpoint, lock_owner, change);
        else
            m_wallet->value.reserve(outpoint, lock_owner, change);
    }
    keep(change);
    answer(answered, api::Done{});
}

void BitcoinFamily::Parts::on(const api::ListLockUnspent&, Answered answered) {
    if (!needWallet(answered)) return;
    api::CoinList list;
    for (const auto& [outpoint, coin] : m_wallet->value.coins().coins()) {
        if (!coin.spent_by && coin.reserved_by == lock_owner) list.coins.push_back(describe(coin));
    }
    answer(answered, std::move(list));
}

api::WalletTransaction BitcoinFamily::Parts::describe(const wallet::HistoryEntry& entry) const {
    const auto txid = entry.transaction.txid();
    api::WalletTransaction result{.txid = txid.reversedHex(),
                                  .wtxid = entry.transaction.wtxid().reversedHex()};
    result.transaction = duplex::bitcoin::serialized(entry.transaction);
    const bool ours = entry.fee.has_value();
    result.amount_sat = entry.delta().value + (ours ? entry.fee->value : 0);
    if (ours) result.fee_sat = -entry.fee->value;
    if (entry.height) {
        result.block_height = entry.height->value;
        result.confirmations = depthOf(*entry.height);
        result.block_hash = entry.block ? entry.block->reversedHex() : "";
        result.block_time = secondsOf(entry.time);
    }
    if (entry.state == wallet::EntryState::replaced) result.confirmations = -1;
    result.time = secondsOf(entry.time);
    result.time_received = result.time;
    result.trusted = !entry.height && m_wallet->value.isTrusted(txid);
    result.abandoned = entry.state == wallet::EntryState::abandoned;
    result.complete_to = completeHeight();
    result.complete_hash = chain().hashAt(static_cast<std::uint32_t>(result.complete_to)).reversedHex();
    result.comment = entry.label;
    if (entry.replaced_by) result.conflicts.push_back(entry.replaced_by->reversedHex());
    if (const auto state = m_client->broadcastState(txid); state && !entry.height) {
        result.announced_to = state->announced_to;
        result.seen_by_another_peer = state->echoed_by > 0;
    }
    for (std::uint32_t index = 0; index < entry.transaction.outputs.size(); ++index) {
        const auto& output = entry.transaction.outputs[index];
        const auto place = m_wallet->value.keys().placeOf(output.script_pubkey);
        api::TransactionDetail detail{
            .address = duplex::bitcoin::addressOf(output.script_pubkey, m_network).value_or(""),
            .index = index};
        if (const auto label = m_wallet->labels.find(output.script_pubkey.bytes);
            label != m_wallet->labels.end())
            detail.label = label->second;
        const bool change = place && place->chain == wallet::Chain::change;
        if (ours && !change) {
            detail.category = "send";
            detail.amount_sat = -output.value.value;
            result.details.push_back(detail);
        }
        if (place && !(ours && change)) {
            const bool generated = entry.transaction.isCoinbase();
            detail.category = !generated                                          ? "receive"
                              : result.confirmations >= wallet::coinbase_maturity ? "generate"
                                                                                  : "immature";
            detail.amount_sat = output.value.value;
            result.details.push_back(detail);
        }
    }
    result.verified = verifiedOf(entry);
    return result;
}

void BitcoinFamily::Parts::on(const api::ListTransactions& request, Answered answered) {
    if (!needWallet(answered)) return;
    api::WalletTransactionList list;
    const auto newest = m_wallet->value.history().newestFirst();
    const auto skip = static_cast<std::size_t>(std::max(0, request.skip));
    const auto end = std::min(newest.size(), skip + static_cast<std::size_t>(std::max(0, request.count)));
    for (std::size_t i = end; i > skip; --i) list.transactions.push_back(describe(*newest[i - 1]));
    answer(answered, std::move(list));
}

void BitcoinFamily::Parts::on(const api::GetWalletTransaction& request, Answered answered) {
    if (!needWallet(answered)) return;
    const auto txid = duplex::bitcoin::Txid::fromReversedHex(request.txid);
    const auto* entry = txid ? m_wallet->value.history().find(*txid) : nullptr;
    if (entry == nullptr) return fail(answered, -5, "Invalid or non-wallet transaction id");
    answer(answered, describe(*entry));
}

void BitcoinFamily::Parts::on(const api::Rescan& request, Answered answered) {
    if (!needWallet(answered)) return;
    const auto tip = static_cast<std::int64_t>(chain().height());
    if (request.start_height < 0 || request.start_height > tip)
        return fail(answered, -8, "Invalid start_height");
    if (request.stop_height && (*request.stop_height < request.start_height || *request.stop_height > tip))
        return fail(answered, -8, "Invalid stop_height");
    // Blocks are searched in order: until the scan is back, nobody would see what happens to a channel.
    constexpr std::int64_t longest_beside_channels = 1000; // minutes to search
    if (m_lightning->channels.isUnresolved() && request.start_height < tip - longest_beside_channels)
        return fail(
            answered, -4,
            "A channel is open, and nothing new is searched until a rescan is through. Rescan the last "
            "1,000 blocks at most, or close the channels first.");
    const auto start = static_cast<std::uint32_t>(request.start_height);
    m_wallet->facts.scan.beginRescan({start});
    m_rescan_aborted = std::make_shared<bool>(false);
    storeFacts(*m_wallet, m_turns->current().wallet());
    m_turns->current().after([this, answered, start, stop = request.stop_height.value_or(tip),
                              aborted = m_rescan_aborted] {
        beginScan();
        on(api::WaitForHeight{.height = stop}, [answered, start, stop, aborted](const api::Answer& reached) {
            if (!reached) return answered(reached);
            if (*aborted) return answered(std::unexpected(api::Error{-1, "The rescan was aborted."}));
            answered(api::Reply{api::RescanReply{.start_height = start, .stop_height = stop}});
        });
    });
}

} // namespace duplex::family::bitcoin
