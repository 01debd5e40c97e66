#include "core/engine/engine.h"

#include "core/engine/core.h"

namespace duplex::engine {

Engine::Engine() {
    qRegisterMetaType<api::RequestId>("duplex::api::RequestId");
    qRegisterMetaType<api::AnswerPointer>("duplex::api::AnswerPointer");
    qRegisterMetaType<api::SnapshotPointer>("duplex::api::SnapshotPointer");
    qRegisterMetaType<api::Notification>("duplex::api::Notification");
}

std::expected<std::unique_ptr<Engine>, std::string> Engine::start(Options options) {
    std::unique_ptr<Engine> engine(new Engine);
    engine->m_thread = std::make_unique<QThread>();
    engine->m_thread->setObjectName("core");
    engine->m_core = new Core(std::move(options));
    engine->m_core->moveToThread(engine->m_thread.get());
    connect(engine->m_core, &Core::answered, engine.get(), &Session::answered);
    connect(engine->m_core, &Core::published, engine.get(), &Session::published);
    connect(engine->m_core, &Core::notified, engine.get(), &Session::notified);
    connect(engine->m_core, &Core::stopAsked, engine.get(),
            [session = engine.get()] { emit session->stopped(QString()); });
    engine->m_thread->start();
    std::expected<void, std::string> result;
    Core* core = engine->m_core;
    QMetaObject::invokeMethod(
        core, [core, &result] { result = core->start(); }, Qt::BlockingQueuedConnection);
    if (!result) return std::unexpected(result.error());
    return engine;
}

Engine::~Engine() {
    if (!m_thread) return;
    Core* core = m_core;
    QMetaObject::invokeMethod(
        core,
        [core] {
            core->stop();
            delete core;
        },
        Qt::BlockingQueuedConnection);
    m_thread->quit();
    m_thread->wait();
}

api::RequestId Engine::ask(api::Request request) {
    const api::RequestId id = m_next_request++;
    Core* core = m_core;
    QMetaObject::invokeMethod(
        core, [core, id, request = std::move(request)] { core->handle(id, request); }, Qt::QueuedConnection);
    return id;
}

void Engine::cancel(api::RequestId id) {
    Core* core = m_core;
    QMetaObject::invokeMethod(core, [core, id] { core->cancel(id); }, Qt::QueuedConnection);
}

} // namespace duplex::engine
