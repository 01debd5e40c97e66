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
