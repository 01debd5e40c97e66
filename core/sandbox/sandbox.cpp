#include "core/sandbox/sandbox.h"

#include "core/bitcoin/primitives/address.h"
#include "core/io/secret_file.h"
#include "core/sandbox/practice_node.h"

#include <fmt/core.h>

namespace duplex::sandbox {

namespace {

std::unexpected<api::Error> failure(const std::string& message) {
    return std::unexpected(api::Error{.code = -1, .message = message});
}

} // namespace

/// What lives on the practice thread.
struct World : QObject {
    PracticeChain chain;
    PracticeNode node{chain};
    std::uint64_t invoices = 0;

    std::expected<std::string, std::string> start(const std::string& directory);
    void run(const api::SandboxCommand& command, const Sandbox::Answered& answered);
    void status(const Sandbox::Answered& answered);
    void invoice(std::int64_t amount_sat, const Sandbox::Answered& answered);
    void pay(const api::SandboxCommand& command, const Sandbox::Answered& answered);
    api::SandboxReply reply() const {
        return {.height = static_cast<std::int64_t>(chain.ledger().height()),
                .mempool = static_cast<std::int64_t>(chain.ledger().mempoolSize())};
    }
};

std::expected<std::string, std::string> World::start(const std::string& directory) {
    if (auto made = io::makePrivateFolder(directory); !made) return std::unexpected(made.error().message);
    const auto endpoint = chain.start({.file = directory + "/blocks"});
    if (!endpoint) return std::unexpected("The practice chain does not start: " + endpoint.error());
    if (auto started = node.start(directory + "/partner", *endpoint); !started)
        return std::unexpected(started.error());
    return io::toText(*endpoint);
}

void World::run(const api::SandboxCommand& command, const Sandbox::Answered& answered) {
    using What = api::SandboxCommand::What;
    switch (command.what) {
    case What::status:
        return status(answered);
    case What::invoice:
        return invoice(command.amount_sat, answered);
    case What::pay:
        return pay(command, answered);
    case What::mine: {
        if (command.count < 1 || command.count > 1000)
            return answered(failure("mine takes 1 to 1000 blocks."));
        auto hashes = chain.mine(static_cast<std::uint32_t>(command.count));
        api::SandboxReply result = reply();
        result.hashes = std::move(hashes);
        return answered(api::Reply(std::move(result)));
    }
    case What::reorg: {
        if (command.count < 1 || command.count > 1000)
            return answered(failure("reorg takes 1 to 1000 blocks."));
        auto hashes = chain.reorganise(static_cast<std::uint32_t>(command.count));
        if (!hashes) return answered(failure(hashes.error()));
        api::SandboxReply result = reply();
        result.hashes = std::move(*hashes);
        return answered(api::Reply(std::move(result)));
    }
    case What::fund: {
        const auto script = bitcoin::scriptFromAddress(command.text, chain.ledger().network());
        if (!script)
            return answered(std::unexpected(
                api::Error{.code = -5, .message = std::string(bitcoin::textOf(script.error()))}));
        auto txid = chain.fund(*script, {command.amount_sat});
        if (!txid) return answered(failure(txid.error()));
        api::SandboxReply result = reply();
        result.txid = std::move(*txid);
        return answered(api::Reply(std::move(result)));
    }
    }
}

void World::status(const Sandbox::Answered& answered) {
    node.ask(api::GetNode{}, [this, answered](const api::Answer& answer) {
        api::SandboxReply result = reply();
        result.node_address = io::toText(node.lightningEndpoint());
        const auto* info = answer ? std::get_if<api::NodeInfo>(&*answer) : nullptr;
        if (info) result.node_id = info->id;
        const std::string& problem = node.problem();
        if (!problem.empty())
            result.status = "The practice partner has no wallet: " + problem;
        else if (!node.hasCoins())
            result.status =
                "The practice partner is waiting for its first coins. Ask again in a few seconds.";
        else if (info == nullptr || info->id.empty())
            result.status = "The practice partner is not ready: " +
                            (info == nullptr ? answer.error().message : info->warning_wallet);
        else
            result.status = fmt::format("The practice partner is ready. Connect with: connect {}@{}",
                                        result.node_id, result.node_address);
        answered(api::Reply(std::move(result)));
    });
}

void World::invoice(std::int64_t amount_sat, const Sandbox::Answered& answered) {
    const std::string label = fmt::format("practice-{}-{}", secondsOf(io::calendarNow()), ++invoices);
    node.ask(api::CreateInvoice{.amount_msat = amount_sat * 1000,
                                .label = label,
                                .description = "Practice invoice"},
             [this, answered](const api::Answer& answer) {
                 if (!answer) return answered(std::unexpected(answer.error()));
                 api::SandboxReply result = reply();
                 if (const auto* made = std::get_if<api::InvoiceInfo>(&*answer)) result.bolt11 = made->bolt11;
                 answered(api::Reply(std::move(result)));
             });
}

void World::pay(const api::SandboxCommand& command, const Sandbox::Answered& answered) {
    api::Pay request{.bolt11 = command.text};
    if (command.amount_sat > 0) request.amount_msat = command.amount_sat * 1000;
    node.ask(request, [this, answered](const api::Answer& answer) {
        if (!answer) return answered(std::unexpected(answer.error()));
        api::SandboxReply result = reply();
        if (const auto* paid = std::get_if<api::PaymentInfo>(&*answer)) {
            result.preimage = paid->preimage;
            result.status = paid->status;
        }
        answered(api::Reply(std::move(result)));
    });
}

std::expected<std::unique_ptr<Sandbox>, std::string> Sandbox::start(const std::string& directory) {
    std::unique_ptr<Sandbox> sandbox(new Sandbox);
    sandbox->m_thread.setObjectName("practice");
    sandbox->m_thread.start();
    // Made on its thread, so that every object in it belongs there.
    QObject door;
    QThread* home = QThread::currentThread();
    door.moveToThread(&sandbox->m_thread);
    std::expected<std::string, std::string> started;
    QMetaObject::invokeMethod(
        &door,
        [&] {
            sandbox->m_world = new World;
            started = sandbox->m_world->start(directory);
            door.moveToThread(home);
        },
        Qt::BlockingQueuedConnection);
    if (!started) return std::unexpected(started.error());
    sandbox->m_peer_address = *started;
    return sandbox;
}

Sandbox::~Sandbox() {
    if (m_world)
        QMetaObject::invokeMethod(m_world, [world = m_world] { delete world; }, Qt::BlockingQueuedConnection);
    m_thread.quit();
    m_thread.wait();
}

void Sandbox::run(const api::SandboxCommand& command, Answered answered) {
    auto* back = new QObject; // on the thread that asks
    QMetaObject::invokeMethod(
        m_world,
        [world = m_world, command, back, answered = std::move(answered)] {
            world->run(command, [back, answered](api::Answer answer) {
                QMetaObject::invokeMethod(
                    back,
                    [back, answered, answer = std::move(answer)] {
                        answered(answer);
                        back->deleteLater();
                    },
                    Qt::QueuedConnection);
            });
        },
        Qt::QueuedConnection);
}

} // namespace duplex::sandbox
