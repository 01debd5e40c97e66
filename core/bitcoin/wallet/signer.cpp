#include "core/bitcoin/wallet/signer.h"

#include "core/bitcoin/primitives/sighash.h"
#include "core/bitcoin/script/preflight.h"
#include "core/crypto/ecdsa.h"
#include "core/crypto/schnorr.h"

namespace duplex::bitcoin::wallet {

namespace {

std::unexpected<SignError> failed(SignError error) {
    return std::unexpected(error);
}

std::expected<Witness, SignError> keyHashWitness(const Transaction& transaction, std::size_t input,
                                                 const TxOut& spent, const crypto::PrivateKey& key) {
    const crypto::PublicKey public_key = crypto::publicKey(key);
    if (payToWitnessPublicKeyHash(public_key) != spent.script_pubkey) return failed(SignError::wrong_key);
    const Script script_code = payToPublicKeyHash(crypto::hash160(public_key));
    const crypto::Hash32 digest = segwitSighash(transaction, input, script_code, spent.value, sighash_all);
    Bytes signature = crypto::derEncoded(crypto::signLowR(digest, key));
    signature.push_back(sighash_all);
    return Witness{signature, toBytes(public_key)};
}

std::expected<Witness, SignError> taprootWitness(const Transaction& transaction, std::size_t input,
                                                 const std::vector<TxOut>& spent,
                                                 const crypto::PrivateKey& key,
                                                 const ByteArray<32>& auxiliary) {
    const auto tweaked = crypto::taprootPrivateKey(key);
    if (!tweaked || payToTaproot(crypto::xOnly(crypto::publicKey(*tweaked))) != spent[input].script_pubkey) {
        return failed(SignError::wrong_key);
    }
    const auto digest = taprootSighash(transaction, input, spent, sighash_default);
    if (!digest) return failed(SignError::coins_do_not_match);
    return Witness{toBytes(crypto::signSchnorr(*digest, *tweaked, auxiliary))};
}

} // namespace

std::string_view textOf(SignError error) {
    switch (error) {
    case SignError::unknown_script:
        return "A coin is of a kind that this wallet cannot sign for.";
    case SignError::wrong_key:
        return "The words do not belong to these coins.";
    case SignError::coins_do_not_match:
        return "The coins do not match the transaction.";
    case SignError::preflight_failed:
        return "The signed transaction failed its last check and was not sent.";
    }
    return {};
}

std::expected<Witness, SignError> witnessFor(const Transaction& transaction, std::size_t input,
                                             const std::vector<TxOut>& spent, const crypto::PrivateKey& key,
                                             const ByteArray<32>& auxiliary) {
    if (input >= transaction.inputs.size() || spent.size() != transaction.inputs.size())
        return failed(SignError::coins_do_not_match);
    switch (kindOf(spent[input].script_pubkey)) {
    case ScriptKind::witness_public_key_hash:
        return keyHashWitness(transaction, input, spent[input], key);
    case ScriptKind::taproot:
        return taprootWitness(transaction, input, spent, key, auxiliary);
    default:
        return failed(SignError::unknown_script);
    }
}

std::expected<Transaction, SignError> sign(const UnsignedTransaction& unsigned_transaction,
                                           const keys::ExtendedPrivateKey& master,
                                           const NetworkParameters& network, const ByteArray<32>& auxiliary) {
    Transaction transaction = unsigned_transaction.transaction;
    std::vector<TxOut> spent;
    for (const Coin& coin : unsigned_transaction.spent) spent.push_back(coin.output);
    if (spent.size() != transaction.inputs.size()) return failed(SignError::coins_do_not_match);
    for (std::size_t i = 0; i < spent.size(); ++i) {
        if (transaction.inputs[i].previous != unsigned_transaction.spent[i].outpoint)
            return failed(SignError::coins_do_not_match);
        const auto key = signingKey(master, unsigned_transaction.spent[i].place, network);
        if (!key) return failed(SignError::wrong_key);
        auto witness = witnessFor(transaction, i, spent, *key, auxiliary);
        if (!witness) return failed(witness.error());
        transaction.inputs[i].witness = std::move(*witness);
    }
    if (!script::preflight(transaction, spent)) return failed(SignError::preflight_failed);
    return transaction;
}

} // namespace duplex::bitcoin::wallet
