#include "core/io/system_keyring.h"

#include <QTimer>

#include <chrono>
#include <memory>
#include <qt6keychain/keychain.h>
#include <utility>

namespace duplex::io {

namespace {

KeyringError errorOf(QKeychain::Error error) {
    switch (error) {
    case QKeychain::EntryNotFound:
        return KeyringError::not_found;
    case QKeychain::NoBackendAvailable:
    case QKeychain::NotImplemented:
    case QKeychain::OtherError:
        return KeyringError::absent; // no session bus, or a service that does not answer it
    default:
        return KeyringError::refused; // access denied, or the user said no
    }
}

// Runs a job once: its answer or the end of the wait, whichever comes first, unless the context is gone.
template <typename Job, typename Answer>
void runOnce(QObject* context, Job* job, std::optional<std::chrono::milliseconds> longest_wait,
             Answer answer) {
    job->setAutoDelete(true);
    job->setInsecureFallback(false);
    auto answered = std::make_shared<bool>(false);
    auto once = [answered, answer = std::move(answer)](std::optional<KeyringError> error, Job* finished) {
        if (std::exchange(*answered, true)) return;
        answer(error, finished);
    };
    QObject::connect(job, &QKeychain::Job::finished, context, [once](QKeychain::Job* finished) {
        const auto error = finished->error();
        once(error == QKeychain::NoError ? std::nullopt : std::optional(errorOf(error)),
             static_cast<Job*>(finished));
    });
    if (longest_wait)
        QTimer::singleShot(*longest_wait, context, [once] { once(KeyringError::absent, nullptr); });
    job->start();
}

constexpr std::chrono::milliseconds longest_change = std::chrono::seconds(20);

QString serviceName() {
    return QStringLiteral("duplex");
}

std::expected<void, KeyringError> resultOf(std::optional<KeyringError> error) {
    if (error) return std::unexpected(*error);
    return {};
}

} // namespace

void readKeyring(QObject* context, const std::string& name, KeyringRead done) {
    auto* job = new QKeychain::ReadPasswordJob(serviceName());
    job->setKey(QString::fromStdString(name));
    runOnce(
        context, job, std::nullopt,
        [done = std::move(done)](std::optional<KeyringError> error, QKeychain::ReadPasswordJob* finished) {
            if (error) return done(std::unexpected(*error));
            QByteArray data = finished->binaryData();
            done(toBytes(ByteView(reinterpret_cast<const std::uint8_t*>(data.constData()),
                                  static_cast<std::size_t>(data.size()))));
        });
}

void writeKeyring(QObject* context, const std::string& name, ByteView value, KeyringWritten done) {
    auto* job = new QKeychain::WritePasswordJob(serviceName());
    job->setKey(QString::fromStdString(name));
    job->setBinaryData(
        QByteArray(reinterpret_cast<const char*>(value.data()), static_cast<qsizetype>(value.size())));
    runOnce(context, job, longest_change,
            [done = std::move(done)](std::optional<KeyringError> error, QKeychain::WritePasswordJob*) {
                done(resultOf(error));
            });
}

void removeFromKeyring(QObject* context, const std::string& name, KeyringWritten done) {
    auto* job = new QKeychain::DeletePasswordJob(serviceName());
    job->setKey(QString::fromStdString(name));
    runOnce(context, job, longest_change,
            [done = std::move(done)](std::optional<KeyringError> error, QKeychain::DeletePasswordJob*) {
                done(resultOf(error));
            });
}

} // namespace duplex::io
