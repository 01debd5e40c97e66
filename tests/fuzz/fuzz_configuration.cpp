#include "app/command_line.h"
#include "core/base/bytes.h"
#include "core/base/check.h"

using namespace duplex;
using namespace duplex::app;

/// The text of duplex.conf, and the same lines as arguments of each program.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text = textOf(ByteView(data, size));
    Settings settings;
    if (const auto fine = applyConfiguration(settings, text, {}); !fine)
        check(fine.error().starts_with("duplex.conf, line "), "a fault names its line");
    std::vector<std::string> arguments;
    for (std::size_t at = 0; at <= text.size() && arguments.size() < 64;) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        arguments.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    for (const Program program : {Program::duplex, Program::duplexd, Program::cli}) {
        const auto parsed = parseCommandLine(program, arguments);
        check(parsed || !parsed.error().empty(), "a fault says what it is");
        if (parsed) check(parsed->arguments.size() <= arguments.size(), "arguments are those given");
    }
    return 0;
}
