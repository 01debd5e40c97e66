#include "ui/models/lock_model.h"

namespace duplex::ui {

LockModel::LockModel(Asker& asker, QObject* parent) : QObject(parent), m_asker(asker) {}

void LockModel::finish(const QString& error) {
    m_busy = false;
    m_error = error;
    emit changed();
}

void LockModel::unlock(const QString& password) {
    if (m_busy) return;
    m_busy = true;
    m_asker.ask<api::Done>(
        api::Unlock{password.toStdString(), std::nullopt},
        [this](const api::Done&) {
            finish({});
            emit unlocked();
        },
        [this](const QString& why) { finish(why); });
    emit changed();
}

void LockModel::lock() {
    m_asker.ask<api::Done>(
        api::Lock{}, [this](const api::Done&) { finish({}); }, [this](const QString& why) { finish(why); });
}

} // namespace duplex::ui
