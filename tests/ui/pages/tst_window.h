#pragma once

#include <QObject>

namespace duplex::test {

/// What the frame around the pages does by itself, and what pages do with answers that are no success.
class TestWindow : public QObject {
    Q_OBJECT

private slots:
    void init();
    void stopped_asAsked_quits();
    void stopped_byAFault_saysWhy();
    void lock_withoutAPassword_leadsToOne();
    void peer_refused_staysWritten();
    void wallet_changed_pagesStartAnew();
    void send_notFinal_offersNoSecondTry();
    void send_locked_asksForThePassword();
    void close_partnerSilent_leavesCloseAlone();
};

} // namespace duplex::test
