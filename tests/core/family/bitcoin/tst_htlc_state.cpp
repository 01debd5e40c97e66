#ifndef Q_MOC_RUN // moc cannot read <concepts>
#include "core/family/bitcoin/htlc_state.h"
#endif
#include "tests/support/test_main.h"

using namespace duplex;
using lightning::channel::Htlc;
using lightning::channel::Removal;
using lightning::channel::Side;
using lightning::channel::Stage;

class TestHtlcState : public QObject {
    Q_OBJECT

private slots:
    // The names of Core Lightning (listpeerchannels, htlcs[].state).
    void name_ofEachStage_isCoreLightnings() {
        const auto name = [](Side offered_by, Stage added, std::optional<Stage> removed) {
            Htlc htlc{.offered_by = offered_by, .stage = added};
            if (removed) htlc.removal = Removal{.stage = *removed};
            return family::bitcoin::htlcStateName(htlc);
        };
        const auto in = Stage::irrevocable;
        QCOMPARE(name(Side::local, Stage::proposed, {}), std::string("SENT_ADD_HTLC"));
        QCOMPARE(name(Side::local, Stage::committed, {}), std::string("SENT_ADD_COMMIT"));
        QCOMPARE(name(Side::local, Stage::acknowledged, {}), std::string("RCVD_ADD_REVOCATION"));
        QCOMPARE(name(Side::local, in, {}), std::string("SENT_ADD_ACK_REVOCATION"));
        QCOMPARE(name(Side::remote, Stage::proposed, {}), std::string("RCVD_ADD_HTLC"));
        QCOMPARE(name(Side::remote, Stage::committed, {}), std::string("SENT_ADD_REVOCATION"));
        QCOMPARE(name(Side::remote, Stage::acknowledged, {}), std::string("SENT_ADD_ACK_COMMIT"));
        QCOMPARE(name(Side::remote, in, {}), std::string("RCVD_ADD_ACK_REVOCATION"));
        // The receiver removes.
        QCOMPARE(name(Side::local, in, Stage::proposed), std::string("RCVD_REMOVE_HTLC"));
        QCOMPARE(name(Side::local, in, Stage::committed), std::string("SENT_REMOVE_REVOCATION"));
        QCOMPARE(name(Side::local, in, in), std::string("RCVD_REMOVE_ACK_REVOCATION"));
        QCOMPARE(name(Side::remote, in, Stage::proposed), std::string("SENT_REMOVE_HTLC"));
        QCOMPARE(name(Side::remote, in, Stage::acknowledged), std::string("RCVD_REMOVE_REVOCATION"));
        QCOMPARE(name(Side::remote, in, in), std::string("SENT_REMOVE_ACK_REVOCATION"));
    }
};

DUPLEX_TEST(TestHtlcState)
#include "tst_htlc_state.moc"
