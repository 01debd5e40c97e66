#pragma once

#include <QObject>

namespace duplex::test {

class TestTheme : public QObject {
    Q_OBJECT

private slots:
    void contrast_ofEveryPair_reachesItsLimit_data();
    void contrast_ofEveryPair_reachesItsLimit();
    void icons_ofEveryPage_exist();
    void sources_ofTheWindow_nameNoFamily();
};

} // namespace duplex::test
