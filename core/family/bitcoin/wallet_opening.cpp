// Wallets: create, open, close, list.

#include "core/family/bitcoin/parts.h"
#include "core/io/entropy.h"
#include "core/io/secret_file.h"

#include <QString>

namespace duplex::family::bitcoin {

namespace {

std::string wordsProblem(const duplex::bitcoin::keys::MnemonicFault& fault) {
    std::string text(duplex::bitcoin::keys::textOf(fault.kind));
    if (fault.kind == duplex::bitcoin::keys::MnemonicFault::Kind::unknown_word)
        text += " (word " + std::to_string(fault.word + 1) + ")";
    return text;
}

} // namespace

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

/// One wallet is open at a time, and one is made at a time: while the system keyring asks its user, a second
/// of the same name would put another key there, and the first could never be opened again.
bool BitcoinFamily::Parts::mayOpen(const Answered& answered) const {
    if (m_wallet) {
        fail(answered, -4,
             "Wallet '" + m_wallet->name + "' is open, and one can be open at a time. Unload it first.");
        return false;
    }
    if (const auto making = m_making.lock(); making && *making) {
        fail(answered, -4, "Another wallet is being made now. Wait until it is open.");
        return false;
    }
    return true;
}

bool BitcoinFamily::Parts::mayMake(const std::string& name, const Answered& answered) const {
    if (!isWalletName(name)) {
        fail(answered, -8, "A wallet's name has 1 to 64 letters, digits, spaces, '-', '_' or '.'.");
        return false;
    }
    if (!mayOpen(answered)) return false;
    const auto names = walletNames(m_options.data_directory);
    if (std::ranges::find(names, name) == names.end()) return true;
    fail(answered, -36, "There is a wallet '" + name + "' already. Choose another name.");
    return false;
}

std::shared_ptr<bool> BitcoinFamily::Parts::beginMaking() {
    auto making = std::make_shared<bool>(true);
    m_making = making;
    return making;
}

void BitcoinFamily::Parts::on(const api::CreateWallet& request, Answered answered) {
    const std::string name = request.name.empty() ? "wallet" : request.name;
    if (!mayMake(name, answered)) return;
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
    const light::SyncStage stage = m_client->sync().stage();
    const bool knows_tip = stage != light::SyncStage::no_peers && stage != light::SyncStage::headers;
    if (restored && !request.birthday_time) {
        facts.scan.bornAt({m_network.earliest_birthday});
    } else if (!request.birthday_time && knows_tip) {
        // By the chain, not by our clock: one that runs ahead would hide the first payments for ever.
        const std::uint32_t tip = chain().height();
        facts.scan.bornAt({std::max(m_network.earliest_birthday, tip - std::min(tip, newest_may_change))});
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
                         making = beginMaking(),
                         words = restored ? std::string() : textOf(mnemonic->sentence().reveal())](
                            const Bytes& seed_file, const std::optional<crypto::Secret<32>>& key_file) {
        *making = false;
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
    // Before the keyring is changed: what lies there may be opened by the key that is in it.
    if (const auto free = checkFolderFor(facts, m_options.data_directory, name, m_network); !free)
        return fail(answered, -4, free.error());
    const crypto::Secret<32> key(io::randomBytes<32>());
    const Bytes file = sealSeedWithKey(contents, key, io::randomBytes<24>());
    keepKey(folderOf(m_options.data_directory, name), key,
            [finish, file](const std::optional<crypto::Secret<32>>& key_file) { finish(file, key_file); });
}

void BitcoinFamily::Parts::on(const api::LoadWallet& request, Answered answered) {
    if (m_wallet && m_wallet->name == request.name)
        return fail(answered, -35, "Wallet '" + request.name + "' is open already.");
    if (!mayOpen(answered)) return;
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
    if (m_rescan_aborted) *m_rescan_aborted = true;
    m_moves.reset();
    m_recovery.reset();
    m_lightning.reset();
    m_backup_key.reset();
    m_turns->end();
    m_turns->setWallet(nullptr);
    m_wallet.reset();
    m_unwound.clear();
    m_relock_at.reset();
    m_key_due.reset();
    m_key_problem.clear();
    beginScan();
    publishSoon();
    answer(answered, api::Done{});
}

void BitcoinFamily::Parts::on(const api::ListWallets&, Answered answered) {
    answer(answered, api::NameList{walletNames(m_options.data_directory)});
}

} // namespace duplex::family::bitcoin
