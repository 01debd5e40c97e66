// The wallet's lock: passphrases, and the words behind them.

#include "core/family/bitcoin/parts.h"
#include "core/io/entropy.h"
#include "core/io/secret_file.h"

#include <utility>

namespace duplex::family::bitcoin {

namespace {

constexpr std::size_t wrong_passphrases_a_minute = 3;

// Said while the key of a wallet without a password cannot be had.
constexpr std::string_view key_late =
    "The system keyring does not give the key of this wallet yet: nothing can be signed, and its "
    "channels are not looked after. Unlock the keyring of your desktop; Duplex asks it again every half "
    "minute.";
constexpr std::string_view key_refused =
    "The system keyring refused the key of this wallet: nothing can be signed, and its channels are not "
    "looked after. Allow Duplex to read it, then unlock the wallet again.";
constexpr std::string_view key_lost =
    "The key that seals this wallet's seed is missing, or does not fit: nothing can be signed, and its "
    "channels are not looked after. Restore the wallet from its words, and give it the channel backup.";

std::string seedProblem(SeedFileError error) {
    switch (error) {
    case SeedFileError::malformed:
        return "The seed file is damaged. Restore the wallet from its words.";
    case SeedFileError::newer_version:
        return "The seed file was written by a newer Duplex. Use that version.";
    case SeedFileError::wrong_password:
        return "The wallet passphrase entered was incorrect.";
    case SeedFileError::wrong_key:
        return std::string(key_lost);
    }
    return {};
}

/// Why `key`, as it was found, did not open the seed in the folder, and what to do.
std::string keyProblem(const std::string& folder, const KeyReader::Key& key, SeedFileError error) {
    for (const std::string& path : {keyFileOf(folder), folder + "/seed"}) {
        const auto fine = io::checkPrivateFile(path);
        if (!fine && fine.error().kind != io::FileProblem::Kind::missing) return fine.error().message;
    }
    if (!key && key.error() == io::KeyringError::absent) return std::string(key_late);
    if (!key && key.error() == io::KeyringError::refused) return std::string(key_refused);
    return seedProblem(error);
}

/// Of a wallet without a password: what its folder holds, opened by the key as it was found.
std::expected<SeedContents, SeedFileError> openSeed(const std::string& folder, const KeyReader::Key& key) {
    const auto file = io::readSecretFile(folder + "/seed");
    if (!file || !key || key->size() != 32) return std::unexpected(SeedFileError::wrong_key);
    return openSeedWithKey(*file, crypto::Secret<32>(toArray<32>(*key)));
}

} // namespace

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

void BitcoinFamily::Parts::unlockWithSeed(const SeedContents& contents) {
    const crypto::Secret<64> seed = contents.seed();
    m_wallet->master = duplex::bitcoin::keys::ExtendedPrivateKey::fromSeed(seed.reveal());
    beginLightning(seed.reveal());
}

void BitcoinFamily::Parts::on(const api::Unlock& request, Answered answered) {
    if (!needWallet(answered)) return;
    if (!m_wallet->facts.protected_by_password) {
        if (m_wallet->master)
            return fail(answered, -15, "This wallet has no password, so there is nothing to unlock.");
        openOwnLock();
        return m_keys.read(m_wallet->folder, io::now() + m_options.keyring_patience,
                           [this, answered, folder = m_wallet->folder](const auto&) {
                               if (!m_wallet || m_wallet->folder != folder)
                                   return fail(answered, -18, "The wallet was closed meanwhile.");
                               if (!m_wallet->master)
                                   return fail(answered, -4,
                                               m_key_problem.empty() ? std::string(key_late) : m_key_problem);
                               answer(answered, api::Done{});
                           });
    }
    withSeed(request.passphrase, [this, answered, timeout = request.timeout_s](const auto& contents) {
        if (!contents) return fail(answered, contents.error().code, contents.error().message);
        unlockWithSeed(*contents);
        m_relock_at.reset();
        if (timeout == 0)
            m_wallet->master.reset();
        else if (timeout)
            m_relock_at = io::now() + Ticks(std::min<std::int64_t>(*timeout, 100'000'000) * 1000);
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
    if (m_options.keyring) m_options.keyring->remove(this, keyringName(folder), [](const auto&) {});
    if (const auto removed = io::removeSecretFile(keyFileOf(folder)); !removed)
        return fail(answered, -4,
                    "The passphrase holds from now on, but the old key stayed. " + removed.error().message);
    answer(answered, api::Done{});
}

/// Into the system keyring, or, where there is none, into the 0600 file that `then` is to write.
void BitcoinFamily::Parts::keepKey(
    const std::string& folder, const crypto::Secret<32>& key,
    std::function<void(const std::optional<crypto::Secret<32>>& key_file)> then) {
    if (!m_options.keyring) return then(key);
    m_options.keyring->write(this, keyringName(folder), key.reveal(),
                             [this, key, then = std::move(then)](const auto& result) {
                                 then(result ? std::nullopt : std::optional(key));
                                 m_turns->end();
                             });
}

/// A wallet without a password opens its own lock. Its channels have no keys until that is done, so an answer
/// of its keyring is taken whenever it comes, and one that is not there yet is asked again; one that said no
/// is not, unless the user asks.
void BitcoinFamily::Parts::openOwnLock() {
    m_key_due.reset();
    if (m_wallet->master) return;
    const std::string folder = m_wallet->folder;
    const auto is_locked = [this, folder] {
        return m_wallet && m_wallet->folder == folder && !m_wallet->master;
    };
    const bool asks = std::exchange(m_opening_lock, folder) == folder;
    const auto take = [this, folder, is_locked](const KeyReader::Key& key) {
        m_opening_lock.clear();
        if (!is_locked()) return;
        publishSoon();
        const auto contents = openSeed(folder, key);
        m_key_problem = contents ? std::string() : keyProblem(folder, key, contents.error());
        if (contents) return unlockWithSeed(*contents);
        m_outlet.log("the key of the wallet's seed is not there, or does not fit");
        if (!key && key.error() == io::KeyringError::absent) m_key_due = io::now() + m_options.keyring_retry;
    };
    if (!asks) m_keys.read(folder, std::nullopt, take);
    m_keys.read(folder, io::now() + m_options.keyring_patience, [this, is_locked](const KeyReader::Key&) {
        if (!is_locked() || !m_key_problem.empty()) return;
        m_key_problem = key_late;
        publishSoon();
    });
}

/// What a wallet without a password is made from.
void BitcoinFamily::Parts::withOpenSeed(const Answered& answered,
                                        std::function<void(const SeedContents&)> then) {
    m_keys.read(m_wallet->folder, io::now() + m_options.keyring_patience,
                [this, answered, folder = m_wallet->folder, then = std::move(then)](const auto& key) {
                    const auto contents = openSeed(folder, key);
                    if (!contents) return fail(answered, -4, keyProblem(folder, key, contents.error()));
                    then(*contents);
                });
}

void BitcoinFamily::Parts::on(const api::ExportMnemonic& request, Answered answered) {
    if (!needWallet(answered)) return;
    const auto tell = [this, answered](const SeedContents& contents) {
        answer(answered, api::Mnemonic{.words = textOf(contents.mnemonic.sentence().reveal()),
                                       .has_passphrase = !contents.mnemonic_passphrase.reveal().empty()});
    };
    if (!m_wallet->facts.protected_by_password) return withOpenSeed(answered, tell);
    withSeed(request.passphrase, [this, answered, tell](const auto& contents) {
        if (!contents) return fail(answered, contents.error().code, contents.error().message);
        tell(*contents);
    });
}

} // namespace duplex::family::bitcoin
