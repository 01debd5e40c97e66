#include "ui/models/sandbox_model.h"

#include "ui/format/amount_format.h"
#include "ui/models/display.h"

namespace duplex::ui {

namespace {

constexpr std::int64_t gift_sat = 2'000'000;
constexpr std::int64_t invoice_sat = 5'000;
constexpr int message_ms = 8'000;

} // namespace

SandboxModel::SandboxModel(Asker& asker, QObject* parent) : QObject(parent), m_asker(asker) {
    m_over.setSingleShot(true);
    m_over.setInterval(message_ms);
    connect(&m_over, &QTimer::timeout, this, [this] { say({}); });
}

void SandboxModel::say(const QString& message) {
    m_message = message;
    if (message.isEmpty())
        m_over.stop();
    else
        m_over.start();
    emit changed();
}

void SandboxModel::command(api::SandboxCommand request, std::function<void(const api::SandboxReply&)> got) {
    m_asker.ask<api::SandboxReply>(
        std::move(request),
        [this, got = std::move(got)](const api::SandboxReply& reply) {
            got(reply);
            emit changed();
        },
        [this](const QString& why) { say(why); });
}

void SandboxModel::askStatus() {
    command({.what = api::SandboxCommand::What::status}, [this](const api::SandboxReply& reply) {
        m_partner = reply.node_id.empty() ? QString() : textOf(reply.node_id + "@" + reply.node_address);
    });
}

void SandboxModel::mine() {
    command({.what = api::SandboxCommand::What::mine, .count = 1},
            [this](const api::SandboxReply& reply) { say(tr("Block %1 made.").arg(grouped(reply.height))); });
}

void SandboxModel::fund() {
    m_asker.ask<api::Text>(
        api::NewAddress{.label = tr("Play coins").toStdString()},
        [this](const api::Text& address) {
            command({.what = api::SandboxCommand::What::fund, .text = address.text, .amount_sat = gift_sat},
                    [this](const api::SandboxReply&) {
                        say(tr("%1 of play coins are on their way.").arg(satText(gift_sat)));
                    });
        },
        [this](const QString& why) { say(why); });
}

void SandboxModel::invoice() {
    command({.what = api::SandboxCommand::What::invoice, .amount_sat = invoice_sat},
            [this](const api::SandboxReply& reply) { emit invoiceReady(textOf(reply.bolt11)); });
}

} // namespace duplex::ui
