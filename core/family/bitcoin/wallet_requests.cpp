// Wallet: create, open, lock, addresses, coins, history.

#include "core/bitcoin/keys/descriptor.h"
#include "core/bitcoin/primitives/address.h"
#include "core/family/bitcoin/lightning_layer.h"
#include "core/family/bitcoin/parts.h"
#include "core/io/entropy.h"
#include "core/io/secret_file.h"
#include "core/io/system_keyring.h"

#include <QString>

namespace duplex::family::bitcoin {

namespace {

constexpr std::size_t wrong_passphrases_a_minute = 3;
constexpr std::string_view lock_owner = "user"; // who holds what lockunspent locked

/// The public key of a place; unset only for an index without a key (chance 2^-127).
crypto::PublicKey publicKeyAt(const wallet::AccountKeys& accounts, const wallet::KeyPlace& place) {
    const auto& account = place.account == wallet::Account::spending ? accounts.spending : accounts.channel;
    const auto branch = account.child(static_cast<std::uint32_t>(place.chain));
    const auto leaf = branch ? branch->child(place.index) : std::nullopt;
    return leaf ? leaf->key() : crypto::PublicKey{};
}

std::string wordsProblem(const duplex::bitcoin::keys::MnemonicFault& fault) {
    std::string text(duplex::bitcoin::keys::textOf(fault.kind));
    if (fault.kind == duplex::bitcoin::keys::MnemonicFault::Kind::unknown_word)
        text += " (word " + std::to_string(fault.word + 1) + ")";
    return text;
}

std::string seedProblem(SeedFileError error) {
    switch (error) {
    case SeedFileError::malformed:
        return "The seed file is damaged. Restore the wallet from its words.";
    case SeedFileError::newer_version:
        return "The seed file was written by a newer Duplex. Use that version.";
    case SeedFileError::wrong_password:
        return "The wallet passphrase entered was incorrect.";
    case SeedFileError::wrong_key:
        return "The key that seals the seed is missing. Restore the wallet from its words.";
    }
    return {};
}

} // namespace

std::string keyringName(const std::string& folder) {
    return "wallet-key " + folder;
}

std::string nfkd(const std::string& text) {
    return QString::fromStdString(text).normalized(QString::NormalizationForm_KD).toStdString();
}

bool BitcoinFamily::Parts::needWallet(const Answered& answered) const {
    if (m_wallet) return true;
    fail(answered, -18, "No wallet is loaded. Load one with loadwallet or create one with createwallet.");
    return false;
}

bool BitcoinFamily::Parts::needMaster(const Answered& answered) const {
    if (!needWallet(answered)) return false;
    if (m_wallet->master) return true;
    fail(answered, -13, "The wallet is locked: unlock it first with walletpassphrase.");
    return false;
}

void BitcoinFamily::Parts::on(const api::CreateWallet& request, Answered answered) {
    const std::string name = request.name.empty() ? "wallet" : request.name;
    if (!isWalletName(name))
        return fail(answered, -8, "A wallet's name has 1 to 64 letters, digits, spaces, '-', '_' or '.'.");
    if (m_wallet)
        return fail(answered, -4,
                    "Wallet '" + m_wallet->name +
                        "' is open, and one can be open at a time. Unload it first.");
    const auto names = walletNames(m_options.data_directory);
    if (std::ranges::find(names, name) != names.end())
        return fail(answered, -36, "There is a wallet '" + name + "' already. Choose another name.");
    std::optional<duplex::bitcoin::keys::Mnemonic> mnemonic;
    if (request.mnemonic.empty()) {
        if (request.words != 12 && request.words != 24)
            return fail(answered, -8, "A new wallet has 12 or 24 words.");
        ByteArray<32> entropy = io::randomBytes<32>();
        mnemonic = duplex::bitcoin::keys::Mnemonic::fromEntropy(
            ByteView(entropy).first(request.words == 12 ? 16 : 32));
        crypto::wipe(entropy);
    } else {
        const auto read = duplex::bitcoin::keys::Mnemonic::fromWords(
            duplex::bitcoin::keys::NormalizedText::fromNfkd(nfkd(request.mnemonic)));
        if (!read)
            return fail(answered, -8, "These words are no recovery phrase: " + wordsProblem(read.error()));
        mnemonic = *read;
    }
    const SeedContents contents{*mnemonic,
                                crypto::SecretBytes(toBytes(viewOf(nfkd(request.mnemonic_passphrase))))};
    const auto master = duplex::bitcoin::keys::ExtendedPrivateKey::fromSeed(contents.seed().reveal());
    const auto accounts = master ? wallet::accountKeysOf(*master, m_network) : std::nullopt;
    if (!accounts)
        return fail(answered, -4, "No keys can be derived from this seed. Create the wallet again.");
    WalletFacts facts{.accounts = *accounts, .scan = ScanProgress(birthday_not_known)};
    facts.protected_by_password = !request.passphrase.empty();
    const bool restored = !request.mnemonic.empty();
    constexpr std::uint32_t reorganisation = 12; // blocks that may come again in another form
    const light::SyncStage stage = m_client->sync().stage();
    const bool knows_tip = stage != light::SyncStage::no_peers && stage != light::SyncStage::headers;
    if (restored && !request.birthday_time) {
        facts.scan.bornAt({m_network.earliest_birthday});
    } else if (!request.birthday_time && knows_tip) {
        // By the chain, not by our clock: one that runs ahead would hide the first payments for ever.
        const std::uint32_t tip = chain().height();
        facts.scan.bornAt({std::max(m_network.earliest_birthday, tip - std::min(tip, reorganisation))});
        facts.birthday_time = unixTime(chain().timeAt(std::min(tip, facts.scan.birthday().value)));
    } else {
        facts.birthday_time = unixTime(request.birthday_time.value_or(secondsOf(io::calendarNow())));
    }

    store::Changes first_rows; // of a restored wallet: what finds the money of channels that it once had
    if (restored) {
        const auto [key, row] = PaymentKeyRecovery::row(ln::keys::LightningRoot(contents.seed().reveal()));
        first_rows.put(store::Table::meta, key, row);
    }
    const auto finish = [this, name, facts, first_rows, answered, master = *master, seed = contents.seed(),
                         words = restored ? std::string() : textOf(mnemonic->sentence().reveal())](
                            const Bytes& seed_file, const std::optional<crypto::Secret<32>>& key_file) {
        if (m_wallet) return fail(answered, -4, "Another wallet was opened meanwhile. Unload it first.");
        auto made =
            createWallet(m_options.data_directory, name, m_network, facts, seed_file, key_file, first_rows);
        if (!made) return fail(answered, -4, made.error());
        if (!facts.protected_by_password) (*made)->master = master;
        const bool is_protected = facts.protected_by_password;
        if (const auto opened = open(std::move(*made)); !opened) return fail(answered, -4, opened.error());
        beginLightning(seed.reveal());
        answer(answered, api::WalletCreated{.name = name,
                                            .mnemonic = words,
                                            .warning = std::string(is_protected ? "" : no_password_warning)});
    };

    if (facts.protected_by_password) {
        m_pool->run(
            [contents, password = crypto::SecretBytes(toBytes(viewOf(nfkd(request.passphrase)))),
             cost = m_options.stretching, salt = io::randomBytes<16>(), nonce = io::randomBytes<24>()] {
                return sealSeedWithPassword(contents, password.reveal(), cost, salt, nonce);
            },
            [this, finish](const Bytes& file) {
                finish(file, std::nullopt);
                m_turns->end();
            });
        return;
    }
    const crypto::Secret<32> key(io::randomBytes<32>());
    const Bytes file = sealSeedWithKey(contents, key, io::randomBytes<24>());
    if (!m_options.use_keyring) return finish(file, key);
    io::writeKeyring(this, keyringName(folderOf(m_options.data_directory, name)), key.reveal(),
                     [this, finish, file, key](const auto& result) {
                         // No keyring on this desktop: a 0600 file.
                         finish(file, result ? std::nullopt : std::optional(key));
                         m_turns->end();
                     });
}

/// A wallet without a password opens its own lock: by the key file, else by the keyring.
void BitcoinFamily::Parts::unlockWithKeyFile(std::function<void()> then) {
    if (m_wallet->master) return then();
    const auto use = [this, then = std::move(then)](const Bytes& bytes) {
        if (!m_wallet || bytes.size() != 32) return;
        const auto file = io::readSecretFile(m_wallet->folder + "/seed");
        const auto contents = file ? openSeedWithKey(*file, crypto::Secret<32>(toArray<32>(bytes)))
                                   : std::unexpected(SeedFileError::malformed);
        if (!contents) return m_outlet.log("the seed file could not be opened with its key");
        const crypto::Secret<64> seed = contents->seed();
        m_wallet->master = duplex::bitcoin::keys::ExtendedPrivateKey::fromSeed(seed.reveal());
        beginLightning(seed.reveal());
        then();
    };
    if (const auto file = io::readSecretFile(keyFileOf(m_wallet->folder))) return use(*file);
    io::readKeyring(this, keyringName(m_wallet->folder), [this, use](const auto& value) {
        if (value) use(*value);
        publishSoon();
        m_turns->end();
    });
}

void BitcoinFamily::Parts::on(const api::LoadWallet& request, Answered answered) {
    if (m_wallet && m_wallet->name == request.name)
        return fail(answered, -35, "Wallet '" + request.name + "' is open already.");
    if (m_wallet)
        return fail(answered, -4,
                    "Wallet '" + m_wallet->name +
                        "' is open, and one can be open at a time. Unload it first.");
    const auto names = walletNames(m_options.data_directory);
    if (std::ranges::find(names, request.name) == names.end())
        return fail(answered, -18, "There is no wallet '" + request.name + "'. See listwalletdir.");
    auto wallet = openWallet(m_options.data_directory, request.name, m_network);
    if (!wallet) return fail(answered, -4, wallet.error());
    if (const auto opened = open(std::move(*wallet)); !opened) return fail(answered, -4, opened.error());
    answer(answered, api::Text{request.name});
}

void BitcoinFamily::Parts::on(const api::UnloadWallet& request, Answered answered) {
    if (!needWallet(answered)) return;
    if (!request.name.empty() && request.name != m_wallet->name)
        return fail(answered, -18, "Wallet '" + request.name + "' is not open.");
    if (m_lightning && m_lightning->channels.isUnresolved())
        return fail(answered, -4,
                    "A channel of this wallet is open or has outputs to come. Close it and wait until "
                    "everything is settled, or restart with another --wallet.");
    m_turns->end(); // its last rows
    m_moves.reset();
    m_recovery.reset();
    m_lightning.reset();
    m_backup_key.reset();
    m_turns->end();
    m_turns->setWallet(nullptr);
    m_wallet.reset();
    m_unwound.clear();
    m_relock_at.reset();
    beginScan();
    publishSoon();
    answer(answered, api::Done{});
}

void BitcoinFamily::Parts::on(const api::ListWallets&, Answered answered) {
    answer(answered, api::NameList{walletNames(m_options.data_directory)});
}

void BitcoinFamily::Parts::on(const api::GetWalletInfo&, Answered answered) {
    if (!needWallet(answered)) return;
    const auto progress = m_wallet->value.keys().progress(wallet::Account::spending, wallet::Chain::receive);
    api::WalletInfo info{.name = m_wallet->name};
    info.transaction_count = static_cast<std::int64_t>(m_wallet->value.history().entries().size());
    info.key_pool_size = progress.derived - progress.next;
    info.protected_by_password = m_wallet->facts.protected_by_password;
    if (info.protected_by_password) {
        info.unlocked_until = 0;
        if (m_wallet->master) {
            info.unlocked_until = secondsOf(io::calendarNow()) +
                                  (m_relock_at ? (*m_relock_at - io::now()).count() / 1000 : 365 * 86'400);
        }
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

/// Opens the seed file with a passphrase on a worker: one at a time, and three wrong ones a minute at most.
/// An attempt counts from its start, else many at once would all run before the first is known to be wrong.
void BitcoinFamily::Parts::withSeed(const std::string& passphrase,
                                    std::function<void(std::expected<SeedContents, api::Error>)> then) {
    if (passphrase.empty() &&
        m_wallet->facts.protected_by_password) { // no guess, so it is not counted as one
        return then(std::unexpected(api::Error{
            -14, "This needs the wallet's passphrase, also while it is unlocked. Give it with -stdinpass."}));
    }
    if (m_trying_passphrase) {
        return then(std::unexpected(
            api::Error{-14, "Another passphrase is being tried now. Wait until it is done and try again."}));
    }
    std::erase_if(m_wrong_passphrases, [](Ticks when) { return io::now() - when > 60s; });
    if (m_wrong_passphrases.size() >= wrong_passphrases_a_minute) {
        return then(std::unexpected(
            api::Error{-14, "Three wrong passphrases within a minute. Wait a minute and try again."}));
    }
    const auto file = io::readSecretFile(m_wallet->folder + "/seed");
    if (!file) return then(std::unexpected(api::Error{-4, file.error().message}));
    m_trying_passphrase = true;
    m_wrong_passphrases.push_back(io::now());
    m_pool->run(
        [file = *file, password = crypto::SecretBytes(toBytes(viewOf(nfkd(passphrase))))] {
            return openSeedWithPassword(file, password.reveal());
        },
        [this, then = std::move(then),
         folder = m_wallet->folder](std::expected<SeedContents, SeedFileError> contents) {
            m_trying_passphrase = false;
            const bool wrong = !contents && contents.error() == SeedFileError::wrong_password;
            if (!wrong) m_wrong_passphrases.pop_back();
            if (!contents)
                then(std::unexpected(api::Error{wrong ? -14 : -4, seedProblem(contents.error())}));
            else if (!m_wallet || m_wallet->folder != folder) // its keys are not for another one
                then(std::unexpected(api::Error{-18, "The wallet was closed meanwhile."}));
            else
                then(*contents);
            m_turns->end();
        });
}

void BitcoinFamily::Parts::on(const api::Unlock& request, Answered answered) {
    if (!needWallet(answered)) return;
    if (!m_wallet->facts.protected_by_password)
        return fail(answered, -15, "This wallet has no password, so there is nothing to unlock.");
    withSeed(request.passphrase, [this, answered, timeout = request.timeout_s](const auto& contents) {
        if (!contents) return fail(answered, contents.error().code, contents.error().message);
        const crypto::Secret<64> seed = contents->seed();
        m_wallet->master = duplex::bitcoin::keys::ExtendedPrivateKey::fromSeed(seed.reveal());
        beginLightning(seed.reveal());
        m_relock_at.reset();
        if (timeout > 0) m_relock_at = io::now() + Ticks(std::min<std::int64_t>(timeout, 100'000'000) * 1000);
        publishSoon();
        answer(answered, api::Done{});
    });
}

void BitcoinFamily::Parts::on(const api::Lock&, Answered answered) {
    if (!needWallet(answered)) return;
    if (!m_wallet->facts.protected_by_password)
        return fail(answered, -15, "This wallet has no password. Set one with walletpassphrasechange first.");
    m_wallet->master.reset();
    m_relock_at.reset();
    publishSoon();
    answer(answered, api::Done{});
}

void BitcoinFamily::Parts::on(const api::ChangePassphrase& request, Answered answered) {
    if (!needWallet(answered)) return;
    if (request.new_passphrase.empty()) return fail(answered, -8, "The new passphrase is empty.");
    if (!m_wallet->facts.protected_by_password) return setFirstPassphrase(request, answered);
    withSeed(request.old_passphrase,
             [this, answered, password = crypto::SecretBytes(toBytes(viewOf(nfkd(request.new_passphrase))))](
                 const auto& contents) {
                 if (!contents) return fail(answered, contents.error().code, contents.error().message);
                 m_pool->run(
                     [contents = *contents, password, cost = m_options.stretching,
                      salt = io::randomBytes<16>(), nonce = io::randomBytes<24>()] {
                         return sealSeedWithPassword(contents, password.reveal(), cost, salt, nonce);
                     },
                     [this, answered, path = m_wallet->folder + "/seed"](const Bytes& file) {
                         const auto written = io::writeSecretFile(path, file, io::Overwrite::replace);
                         if (!written)
                             fail(answered, -4, written.error().message + " The old passphrase stays.");
                         else
                             answer(answered, api::Done{});
                         m_turns->end();
                     });
             });
}

/// From a random key to a password. The seed file is replaced in one step, which alone decides; then the key
/// goes from wherever it is kept.
void BitcoinFamily::Parts::setFirstPassphrase(const api::ChangePassphrase& request,
                                              const Answered& answered) {
    if (!request.old_passphrase.empty())
        return fail(
            answered, -14,
            "This wallet has no passphrase yet: leave the old one empty, as in walletpassphrasechange "
            "\"\" NEW.");
    const auto seal = [this, answered, folder = m_wallet->folder,
                       password = crypto::SecretBytes(toBytes(viewOf(nfkd(request.new_passphrase))))](
                          const SeedContents& contents) {
        m_pool->run(
            [contents, password, cost = m_options.stretching, salt = io::randomBytes<16>(),
             nonce = io::randomBytes<24>()] {
                return sealSeedWithPassword(contents, password.reveal(), cost, salt, nonce);
            },
            [this, answered, folder](const Bytes& file) {
                sealedAnew(folder, file, answered);
                m_turns->end();
            });
    };
    withOpenSeed(answered, seal);
}

void BitcoinFamily::Parts::sealedAnew(const std::string& folder, const Bytes& seed_file,
                                      const Answered& answered) {
    if (!m_wallet || m_wallet->folder != folder)
        return fail(answered, -18, "The wallet was closed meanwhile.");
    if (m_wallet->facts.protected_by_password)
        return fail(answered, -15, "The wallet was given a passphrase meanwhile; that one stays.");
    const auto written = io::writeSecretFile(folder + "/seed", seed_file, io::Overwrite::replace);
    if (!written) return fail(answered, -4, written.error().message + " The wallet stays without one.");
    m_wallet->facts.protected_by_password = true;
    storeFacts(*m_wallet, m_turns->current().wallet());
    m_wallet->master.reset();
    m_relock_at.reset();
    publishSoon();
    if (m_options.use_keyring) io::removeFromKeyring(this, keyringName(folder), [](const auto&) {});
    if (const auto removed = io::removeSecretFile(keyFileOf(folder)); !removed)
        return fail(answered, -4,
                    "The passphrase holds from now on, but the old key stayed. " + removed.error().message);
    answer(answered, api::Done{});
}

/// What a wallet without a password is made from.
void BitcoinFamily::Parts::withOpenSeed(const Answered& answered,
                                        std::function<void(const SeedContents&)> then) {
    const auto seed = io::readSecretFile(m_wallet->folder + "/seed");
    withKeyOf(*m_wallet, [this, answered, seed, then = std::move(then)](const std::optional<Bytes>& key) {
        const auto contents = seed && key && key->size() == 32
                                  ? openSeedWithKey(*seed, crypto::Secret<32>(toArray<32>(*key)))
                                  : std::unexpected(SeedFileError::wrong_key);
        if (!contents) return fail(answered, -4, seedProblem(contents.error()));
        then(*contents);
    });
}

void BitcoinFamily::Parts::on(const api::ExportMnemonic& request, Answered answered) {
    if (!needWallet(answered)) return;
    const auto tell = [this, answered](const SeedContents& contents) {
        answer(answered, api::Mnemonic{textOf(contents.mnemonic.sentence().reveal())});
    };
    if (!m_wallet->facts.protected_by_password) return withOpenSeed(answered, tell);
    withSeed(request.passphrase, [this, answered, tell](const auto& contents) {
        if (!contents) return fail(answered, contents.error().code, contents.error().message);
        tell(*contents);
    });
}

// --- addresses ---

void BitcoinFamily::Parts::on(const api::NewAddress& request, Answered answered) {
    if (!needWallet(answered)) return;
    wallet::WalletChange change;
    std::string address;
    if (request.kind == api::NewAddress::Kind::receive) {
        address = m_wallet->value.newReceiveAddress(change);
    } else {
        address = duplex::bitcoin::addressOf(m_wallet->value.changeScript(), m_network).value_or("");
    }
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
    for (const auto& [outpoint, coin] : m_wallet->value.coins().coins()) {
        if (coin.output.script_pubkey != script) continue;
        info.used = true;
        info.received_sat += coin.output.value.value;
    }
    info.verified = ownVerified();
    return info;
}

void BitcoinFamily::Parts::on(const api::GetAddressInfo& request, Answered answered) {
    if (!needWallet(answered)) return;
    const auto script = duplex::bitcoin::scriptFromAddress(request.address, m_network);
    if (!script) return fail(answered, -5, std::string(duplex::bitcoin::textOf(script.error())));
    const auto place = m_wallet->value.keys().placeOf(*script);
    answer(answered, describe(*script, place ? &*place : nullptr));
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
    answer(answered, std::move(list));
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
    if (request.label.size() > 500) return fail(answered, -11, "A label has at most 500 bytes.");
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
