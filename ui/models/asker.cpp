#include "ui/models/asker.h"

#include <QRegularExpression>

namespace duplex::ui {

namespace {

// The methods of the command line that no sentence means as a plain word.
const QRegularExpression& commands() {
    static const QRegularExpression names(QStringLiteral(
        "-stdinpass|-stdin|duplex-cli|\\b(?:walletpassphrase(?:change)?|walletlock|(?:un)?loadwallet|"
        "createwallet|"
        "restorewallet|backupwallet|exportmnemonic|list(?:wallets|unspent|lockunspent|transactions|"
        "descriptors|"
        "peers|peerchannels|invoices|pays|offers|nodes|channels|funds|moves)|get(?:info|balances|newaddress|"
        "addressinfo|transaction|rawtransaction|route|block[a-z]+|walletinfo|networkinfo|peerinfo)|"
        "fundchannel|"
        "setchannel|staticbackup|recoverchannel|waitinvoice|delinvoice|fetchinvoice|keysend|splice(?:in|out)|"
        "sendtoaddress|sendall|sendrawtransaction|estimatesmartfee|lockunspent|setlabel|rescanblockchain|"
        "abortrescan|bumpfee|addnode|disconnectnode|amount_msat)\\b"));
    return names;
}

// What stands before the part that names a command: "Keep it safe, or set one with NAME" -> "Keep it safe."
QString withoutCommand(const QString& sentence, qsizetype command) {
    static const QRegularExpression joint(QStringLiteral("[,;:] "));
    const qsizetype cut = sentence.left(command).lastIndexOf(joint);
    return cut <= 0 ? QString() : sentence.left(cut) + QLatin1Char('.');
}

} // namespace

QString forPeople(const std::string& text) {
    static const QRegularExpression sentence_end(QStringLiteral("(?<=[.!?]) +"));
    static const QRegularExpression passphrase(QStringLiteral("\\bpassphrase(?=s?\\b)"));
    QString words = QString::fromStdString(text);
    words.replace(QStringLiteral(": unlock it first with walletpassphrase"),
                  QObject::tr(". Unlock it first"));
    words.replace(QStringLiteral("The wallet passphrase entered was incorrect"),
                  QObject::tr("The password is wrong"));
    QStringList kept;
    for (const QString& sentence : words.split(sentence_end)) {
        const auto command = commands().match(sentence);
        kept << (command.hasMatch() ? withoutCommand(sentence, command.capturedStart()) : sentence);
    }
    kept.removeAll(QString());
    return kept.join(QLatin1Char(' ')).replace(passphrase, QObject::tr("password"));
}

QString forPeople(const api::Error& error) {
    return forPeople(error.message);
}

Asker::Asker(api::Session& session, QObject* parent) : QObject(parent), m_session(session) {
    connect(&session, &api::Session::answered, this, &Asker::take);
}

Asker::~Asker() {
    forget();
}

void Asker::forget() {
    for (const auto& [id, taker] : m_waiting) m_session.cancel(id);
    m_waiting.clear();
}

api::RequestId Asker::ask(api::Request request, Taker taker) {
    const api::RequestId id = m_session.ask(std::move(request));
    m_waiting.emplace(id, std::move(taker));
    return id;
}

void Asker::cancel(api::RequestId id) {
    if (m_waiting.erase(id) > 0) m_session.cancel(id);
}

void Asker::take(api::RequestId id, const api::AnswerPointer& answer) {
    const auto found = m_waiting.find(id);
    if (found == m_waiting.end() || answer == nullptr) return;
    const Taker taker = std::move(found->second);
    m_waiting.erase(found); // first: the taker may ask again
    taker(*answer);
}

} // namespace duplex::ui
