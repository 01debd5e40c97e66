#pragma once

#include <QObject>

#include <memory>

namespace duplex::test {

struct WindowFixture;

class TestPages : public QObject {
    Q_OBJECT

public:
    TestPages();
    ~TestPages() override;

private slots:
    void init();
    void cleanupTestCase();
    void page_opened_showsWithoutWarningsInBothThemes_data();
    void page_opened_showsWithoutWarningsInBothThemes();
    void welcome_eachStep_showsWithoutWarningsInBothThemes_data();
    void welcome_eachStep_showsWithoutWarningsInBothThemes();
    void states_emptyLockedOfflineSyncing_showWithoutWarnings_data();
    void states_emptyLockedOfflineSyncing_showWithoutWarnings();
    void page_atTheMinimumSize_cutsNothingOff_data();
    void page_atTheMinimumSize_cutsNothingOff();
    void page_withTextOfTwiceTheSize_cutsNothingOff_data();
    void page_withTextOfTwiceTheSize_cutsNothingOff();
    void channelRow_longStatus_staysInside();
    void homeStrip_unknownFees_staysInside();
    void sendChip_longWords_staysInside();
    void syncBand_oneNewBlock_isNotShown();
    void lookAround_synced_promisesNothing();
    void payment_openedFromABlock_goesBackToIt();
    void payment_coinOpened_showsItsScript();
    void receive_changed_copiesNoOldInvoice();
    void check_opened_hasItsFirstWordInFocus();
    void create_byKeyboardAlone_makesTheWallet();
    void restore_withoutAPassword_warns();
    void password_typedAndEntered_isSet();
    void keys_ofTheGuide_openThePages();
    void tab_throughAPage_reachesEveryControl();
    void rail_clicked_opensEachPage();
    void send_pastedAndConfirmed_paysOnce();
    void move_clickedThrough_startsAndShowsItsSteps();
    void move_reopenedWithRowsThatGo_staysAlive_data();
    void move_reopenedWithRowsThatGo_staysAlive();
    void move_closingAlone_asksForTheNameFirst();
    void opening_showsThePriceBeforeItsButton();
    void closeTogether_showsThePriceBeforeItsButton();
    void closeAlone_asksForTheNameFirst();
    void closeAlone_partnerWithoutName_asksForFiguresOfTheId();
    void unlock_fromTheNote_opensTheDialog();
    void search_typedAndEntered_opensTheBlock();
    void unlock_wrongThenRight_closesTheDialog();
    void wallet_madeByMouse_isCheckedBeforeItOpens();

private:
    std::unique_ptr<WindowFixture> m_fixture; // one window for all pages
};

} // namespace duplex::test
