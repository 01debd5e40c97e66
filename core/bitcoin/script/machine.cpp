#include "core/bitcoin/script/machine.h"

#include "core/bitcoin/script/sha1.h"
#include "core/crypto/hash.h"

namespace duplex::bitcoin::script {

namespace {

constexpr std::size_t longest_script = 10'000;
constexpr std::size_t most_operations = 201;
constexpr std::uint32_t first_time_lock = 500'000'000;
constexpr std::uint32_t sequence_disabled = 1u << 31;
constexpr std::uint32_t sequence_is_time = 1u << 22;
constexpr std::uint32_t sequence_mask = 0xffff;

Step fail(ScriptError error) {
    return std::unexpected(error);
}

bool isDisabled(Opcode opcode) {
    switch (opcode) {
    case Opcode::op_cat:
    case Opcode::op_substr:
    case Opcode::op_left:
    case Opcode::op_right:
    case Opcode::op_invert:
    case Opcode::op_and:
    case Opcode::op_or:
    case Opcode::op_xor:
    case Opcode::op_2mul:
    case Opcode::op_2div:
    case Opcode::op_mul:
    case Opcode::op_div:
    case Opcode::op_mod:
    case Opcode::op_lshift:
    case Opcode::op_rshift:
        return true;
    default:
        return false;
    }
}

bool isBetween(Opcode opcode, Opcode first, Opcode last) {
    return opcode >= first && opcode <= last;
}

/// The operation at `at`; moves `at` behind it. Nothing when its push runs past the end.
std::optional<ScriptOperation> operationAt(ByteView script, std::size_t& at) {
    ByteReader reader(script.subspan(at));
    ScriptOperation operation{.opcode = reader.u8(), .data = {}};
    std::size_t length = 0;
    if (operation.opcode < static_cast<std::uint8_t>(Opcode::pushdata1))
        length = operation.opcode;
    else if (operation.opcode == static_cast<std::uint8_t>(Opcode::pushdata1))
        length = reader.u8();
    else if (operation.opcode == static_cast<std::uint8_t>(Opcode::pushdata2))
        length = reader.u16le();
    else if (operation.opcode == static_cast<std::uint8_t>(Opcode::pushdata4))
        length = reader.u32le();
    operation.data = reader.bytes(length);
    if (!reader.ok()) return std::nullopt;
    at += reader.position();
    return operation;
}

} // namespace

bool isTrue(ByteView element) {
    for (std::size_t i = 0; i < element.size(); ++i) {
        if (element[i] != 0) return !(i + 1 == element.size() && element[i] == 0x80);
    }
    return false;
}

Step Machine::run() {
    if (m_version != Version::tapscript && m_script.size() > longest_script)
        return fail(ScriptError::script_size);
    while (m_next < m_script.size()) {
        const auto operation = operationAt(m_script, m_next);
        if (!operation) return fail(ScriptError::bad_opcode);
        if (const Step done = step(*operation); !done) return done;
        if (m_stack.size() + m_alternative.size() > deepest_stack) return fail(ScriptError::stack_size);
        ++m_position;
    }
    return m_branches.empty() ? Step{} : fail(ScriptError::unbalanced_conditional);
}

Step Machine::step(const ScriptOperation& operation) {
    const auto opcode = static_cast<Opcode>(operation.opcode);
    if (operation.data.size() > longest_element) return fail(ScriptError::push_size);
    if (const Step allowed = checkAllowed(opcode); !allowed) return allowed;
    if (opcode <= Opcode::pushdata4) {
        if (!executing()) return {};
        if (has(verify_minimaldata) && !isMinimalPush(operation)) return fail(ScriptError::minimaldata);
        m_stack.push_back(operation.data);
        return {};
    }
    if (isBetween(opcode, Opcode::op_if, Opcode::op_endif)) return conditional(opcode);
    return executing() ? execute(opcode) : Step{};
}

/// Rules that hold in branches not taken too.
Step Machine::checkAllowed(Opcode opcode) {
    if (opcode > Opcode::op_16) {
        if (const Step counted = countOperation(1); !counted) return counted;
    }
    if (isDisabled(opcode)) return fail(ScriptError::disabled_opcode);
    if (opcode == Opcode::op_codeseparator && m_version == Version::legacy && has(verify_const_scriptcode))
        return fail(ScriptError::op_codeseparator);
    return {};
}

Step Machine::countOperation(std::size_t count) {
    if (m_version == Version::tapscript) return {};
    m_operations += count;
    return m_operations > most_operations ? fail(ScriptError::op_count) : Step{};
}

Step Machine::need(std::size_t count) const {
    return m_stack.size() < count ? fail(ScriptError::invalid_stack_operation) : Step{};
}

std::expected<std::int64_t, ScriptError> Machine::number(ByteView element, std::size_t longest) const {
    const auto value = numberOf(element, longest);
    if (!value || (has(verify_minimaldata) && !isMinimalNumber(element)))
        return std::unexpected(ScriptError::script_number);
    return *value;
}

Step Machine::execute(Opcode opcode) {
    if (opcode == Opcode::op_1negate || isBetween(opcode, Opcode::op_1, Opcode::op_16)) {
        m_stack.push_back(scriptNumber(static_cast<int>(opcode) - static_cast<int>(Opcode::op_1) + 1));
        return {};
    }
    if (isBetween(opcode, Opcode::op_toaltstack, Opcode::op_tuck) || opcode == Opcode::op_size)
        return arrange(opcode);
    if (opcode == Opcode::op_equal || opcode == Opcode::op_equalverify) return compare(opcode);
    if (isBetween(opcode, Opcode::op_1add, Opcode::op_0notequal)) return arithmeticOfOne(opcode);
    if (isBetween(opcode, Opcode::op_add, Opcode::op_max)) return arithmeticOfTwo(opcode);
    if (isBetween(opcode, Opcode::op_ripemd160, Opcode::op_hash256)) return hash(opcode);
    switch (opcode) {
    case Opcode::op_nop:
        return {};
    case Opcode::op_verify:
        if (const Step enough = need(1); !enough) return enough;
        if (!isTrue(top(1))) return fail(ScriptError::verify);
        drop(1);
        return {};
    case Opcode::op_return:
        return fail(ScriptError::op_return);
    case Opcode::op_within:
        return within();
    case Opcode::op_codeseparator:
        m_code_start = m_next;
        m_code_separator = m_position;
        return {};
    case Opcode::op_checksig:
    case Opcode::op_checksigverify:
        return checkSignature(opcode);
    case Opcode::op_checksigadd:
        return checkSignatureAdd();
    case Opcode::op_checkmultisig:
    case Opcode::op_checkmultisigverify:
        return checkMultisig(opcode);
    case Opcode::op_checklocktimeverify:
    case Opcode::op_checksequenceverify:
        return locktime(opcode);
    case Opcode::op_nop1:
    case Opcode::op_nop4:
    case Opcode::op_nop5:
    case Opcode::op_nop6:
    case Opcode::op_nop7:
    case Opcode::op_nop8:
    case Opcode::op_nop9:
    case Opcode::op_nop10:
        return has(verify_discourage_upgradable_nops) ? fail(ScriptError::discourage_upgradable_nops)
                                                      : Step{};
    default:
        return fail(ScriptError::bad_opcode);
    }
}

Step Machine::conditional(Opcode opcode) {
    if (opcode == Opcode::op_if || opcode == Opcode::op_notif) {
        bool taken = false;
        if (executing()) {
            const auto value = condition(opcode);
            if (!value) return fail(value.error());
            taken = *value;
        }
        m_branches.push_back(taken);
        m_untaken += taken ? 0 : 1;
        return {};
    }
    if (opcode == Opcode::op_verif || opcode == Opcode::op_vernotif) return fail(ScriptError::bad_opcode);
    if (m_branches.empty()) return fail(ScriptError::unbalanced_conditional);
    const bool taken = m_branches.back();
    m_untaken -= taken ? 0 : 1;
    if (opcode == Opcode::op_endif) {
        m_branches.pop_back();
    } else {
        m_branches.back() = !taken;
        m_untaken += taken ? 1 : 0;
    }
    return {};
}

std::expected<bool, ScriptError> Machine::condition(Opcode opcode) {
    if (m_stack.empty()) return std::unexpected(ScriptError::invalid_stack_operation);
    const Bytes element = top(1);
    const bool minimal = element.empty() || element == Bytes{1};
    if (m_version == Version::tapscript && !minimal) return std::unexpected(ScriptError::tapscript_minimalif);
    if (m_version == Version::segwit_v0 && has(verify_minimalif) && !minimal)
        return std::unexpected(ScriptError::minimalif);
    drop(1);
    return isTrue(element) == (opcode == Opcode::op_if);
}

Step Machine::locktime(Opcode opcode) {
    const bool of_transaction = opcode == Opcode::op_checklocktimeverify;
    if (!has(of_transaction ? verify_checklocktimeverify : verify_checksequenceverify))
        return {}; // still a NOP
    if (const Step enough = need(1); !enough) return enough;
    const auto lock = number(top(1), 5);
    if (!lock) return fail(lock.error());
    if (*lock < 0) return fail(ScriptError::negative_locktime);
    return of_transaction ? lockAgainstTransaction(*lock) : lockAgainstInput(*lock);
}

/// BIP 65.
Step Machine::lockAgainstTransaction(std::int64_t lock) const {
    const std::uint32_t locktime = m_spend.transaction.locktime;
    const bool same_kind = (lock < first_time_lock) == (locktime < first_time_lock);
    const bool final = m_spend.in().sequence == 0xffffffff;
    return same_kind && lock <= locktime && !final ? Step{} : fail(ScriptError::unsatisfied_locktime);
}

/// BIP 112.
Step Machine::lockAgainstInput(std::int64_t lock) const {
    if ((lock & sequence_disabled) != 0) return {};
    const std::uint32_t sequence = m_spend.in().sequence;
    const bool applies =
        static_cast<std::uint32_t>(m_spend.transaction.version) >= 2 && (sequence & sequence_disabled) == 0;
    const bool same_kind = (lock & sequence_is_time) == (sequence & sequence_is_time);
    const bool waited = (lock & sequence_mask) <= (sequence & sequence_mask);
    return applies && same_kind && waited ? Step{} : fail(ScriptError::unsatisfied_locktime);
}

Step Machine::hash(Opcode opcode) {
    if (const Step enough = need(1); !enough) return enough;
    Bytes& element = top(1);
    switch (opcode) {
    case Opcode::op_ripemd160:
        element = toBytes(crypto::ripemd160(element));
        return {};
    case Opcode::op_sha1:
        element = toBytes(sha1(element));
        return {};
    case Opcode::op_sha256:
        element = toBytes(crypto::sha256(element));
        return {};
    case Opcode::op_hash160:
        element = toBytes(crypto::hash160(element));
        return {};
    case Opcode::op_hash256:
        element = toBytes(crypto::sha256d(element));
        return {};
    default:
        return fail(ScriptError::bad_opcode);
    }
}

} // namespace duplex::bitcoin::script
