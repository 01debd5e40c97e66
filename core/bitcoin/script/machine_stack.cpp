#include "core/bitcoin/script/machine.h"

namespace duplex::bitcoin::script {

namespace {

Step fail(ScriptError error) {
    return std::unexpected(error);
}

/// How many elements an operation on the stack wants to find there.
std::size_t neededBy(Opcode opcode) {
    switch (opcode) {
    case Opcode::op_toaltstack:
    case Opcode::op_ifdup:
    case Opcode::op_drop:
    case Opcode::op_dup:
    case Opcode::op_size:
        return 1;
    case Opcode::op_2drop:
    case Opcode::op_2dup:
    case Opcode::op_nip:
    case Opcode::op_over:
    case Opcode::op_pick:
    case Opcode::op_roll:
    case Opcode::op_swap:
    case Opcode::op_tuck:
        return 2;
    case Opcode::op_3dup:
    case Opcode::op_rot:
        return 3;
    case Opcode::op_2over:
    case Opcode::op_2swap:
        return 4;
    case Opcode::op_2rot:
        return 6;
    default:
        return 0; // OP_DEPTH, OP_FROMALTSTACK
    }
}

} // namespace

Step Machine::arrange(Opcode opcode) {
    if (const Step enough = need(neededBy(opcode)); !enough) return enough;
    const auto repeat = [&](std::size_t depth, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) m_stack.push_back(Bytes(top(depth)));
    };
    switch (opcode) {
    case Opcode::op_toaltstack:
        m_alternative.push_back(std::move(top(1)));
        drop(1);
        return {};
    case Opcode::op_fromaltstack:
        if (m_alternative.empty()) return fail(ScriptError::invalid_altstack_operation);
        m_stack.push_back(std::move(m_alternative.back()));
        m_alternative.pop_back();
        return {};
    case Opcode::op_2drop:
        drop(2);
        return {};
    case Opcode::op_2dup:
        repeat(2, 2);
        return {};
    case Opcode::op_3dup:
        repeat(3, 3);
        return {};
    case Opcode::op_2over:
        repeat(4, 2);
        return {};
    case Opcode::op_2rot:
        std::rotate(m_stack.end() - 6, m_stack.end() - 4, m_stack.end());
        return {};
    case Opcode::op_2swap:
        std::rotate(m_stack.end() - 4, m_stack.end() - 2, m_stack.end());
        return {};
    case Opcode::op_ifdup:
        if (isTrue(top(1))) repeat(1, 1);
        return {};
    case Opcode::op_depth:
        m_stack.push_back(scriptNumber(static_cast<std::int64_t>(m_stack.size())));
        return {};
    case Opcode::op_drop:
        drop(1);
        return {};
    case Opcode::op_dup:
        repeat(1, 1);
        return {};
    case Opcode::op_nip:
        m_stack.erase(m_stack.end() - 2);
        return {};
    case Opcode::op_over:
        repeat(2, 1);
        return {};
    case Opcode::op_pick:
    case Opcode::op_roll:
        return pickOrRoll(opcode);
    case Opcode::op_rot:
        std::rotate(m_stack.end() - 3, m_stack.end() - 2, m_stack.end());
        return {};
    case Opcode::op_swap:
        std::swap(top(1), top(2));
        return {};
    case Opcode::op_tuck:
        m_stack.insert(m_stack.end() - 2, Bytes(top(1)));
        return {};
    case Opcode::op_size:
        m_stack.push_back(scriptNumber(static_cast<std::int64_t>(top(1).size())));
        return {};
    default:
        return fail(ScriptError::bad_opcode);
    }
}

Step Machine::pickOrRoll(Opcode opcode) {
    const auto depth = number(top(1));
    if (!depth) return fail(depth.error());
    drop(1);
    if (*depth < 0 || *depth >= static_cast<std::int64_t>(m_stack.size()))
        return fail(ScriptError::invalid_stack_operation);
    const auto at = m_stack.end() - 1 - *depth;
    if (opcode == Opcode::op_roll)
        std::rotate(at, at + 1, m_stack.end());
    else
        m_stack.push_back(Bytes(*at));
    return {};
}

Step Machine::compare(Opcode opcode) {
    if (const Step enough = need(2); !enough) return enough;
    const bool equal = top(1) == top(2);
    drop(2);
    if (opcode == Opcode::op_equalverify) return equal ? Step{} : fail(ScriptError::equalverify);
    pushBool(equal);
    return {};
}

Step Machine::arithmeticOfOne(Opcode opcode) {
    if (const Step enough = need(1); !enough) return enough;
    const auto value = number(top(1));
    if (!value) return fail(value.error());
    std::int64_t result = 0;
    switch (opcode) {
    case Opcode::op_1add:
        result = *value + 1;
        break;
    case Opcode::op_1sub:
        result = *value - 1;
        break;
    case Opcode::op_negate:
        result = -*value;
        break;
    case Opcode::op_abs:
        result = *value < 0 ? -*value : *value;
        break;
    case Opcode::op_not:
        result = *value == 0;
        break;
    case Opcode::op_0notequal:
        result = *value != 0;
        break;
    default:
        return fail(ScriptError::bad_opcode);
    }
    top(1) = scriptNumber(result);
    return {};
}

Step Machine::arithmeticOfTwo(Opcode opcode) {
    if (const Step enough = need(2); !enough) return enough;
    const auto a = number(top(2));
    if (!a) return fail(a.error());
    const auto b = number(top(1));
    if (!b) return fail(b.error());
    std::int64_t result = 0;
    switch (opcode) {
    case Opcode::op_add:
        result = *a + *b;
        break;
    case Opcode::op_sub:
        result = *a - *b;
        break;
    case Opcode::op_booland:
        result = *a != 0 && *b != 0;
        break;
    case Opcode::op_boolor:
        result = *a != 0 || *b != 0;
        break;
    case Opcode::op_numequal:
    case Opcode::op_numequalverify:
        result = *a == *b;
        break;
    case Opcode::op_numnotequal:
        result = *a != *b;
        break;
    case Opcode::op_lessthan:
        result = *a < *b;
        break;
    case Opcode::op_greaterthan:
        result = *a > *b;
        break;
    case Opcode::op_lessthanorequal:
        result = *a <= *b;
        break;
    case Opcode::op_greaterthanorequal:
        result = *a >= *b;
        break;
    case Opcode::op_min:
        result = std::min(*a, *b);
        break;
    case Opcode::op_max:
        result = std::max(*a, *b);
        break;
    default:
        return fail(ScriptError::bad_opcode);
    }
    drop(2);
    if (opcode == Opcode::op_numequalverify) return result != 0 ? Step{} : fail(ScriptError::numequalverify);
    m_stack.push_back(scriptNumber(result));
    return {};
}

Step Machine::within() {
    if (const Step enough = need(3); !enough) return enough;
    const auto value = number(top(3));
    if (!value) return fail(value.error());
    const auto least = number(top(2));
    if (!least) return fail(least.error());
    const auto bound = number(top(1));
    if (!bound) return fail(bound.error());
    drop(3);
    pushBool(*least <= *value && *value < *bound);
    return {};
}

} // namespace duplex::bitcoin::script
