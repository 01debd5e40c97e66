import QtQuick
import QtQuick.Layouts
import Duplex

FocusScope {
    id: page
    property QtObject app: null
    implicitHeight: column.implicitHeight
    ColumnLayout {
        id: column
        width: parent.width
        spacing: 12
        Label { role: "h1"; font.pixelSize: Theme.size(26); text: qsTr("How do you want to start?") }
        Label { dim: true; text: qsTr("You can add more wallets later. Keys never leave this computer."); Layout.bottomMargin: 10; Layout.fillWidth: true; wrapMode: Text.Wrap }
        Note { visible: page.app !== null && page.app.wallets.error !== ""; tone: "bad"; text: page.app ? page.app.wallets.error : "" }
        Column { // a positioner: wallets come and go
            id: wallets
            Layout.fillWidth: true
            spacing: column.spacing
            visible: known.count > 0
            Repeater {
                id: known
                model: page.app ? page.app.wallets.wallets : null
                ChoiceCard { required property string name; required property int index; width: wallets.width; focus: index === 0; symbol: "key"; title: qsTr("Open “%1”").arg(name); words: qsTr("A wallet on this computer."); first: index === 0; onClicked: page.app.wallets.open(name) }
            }
        }
        ChoiceCard { objectName: "createWallet"; focus: known.count === 0; symbol: "plus"; title: qsTr("Create a new wallet"); tag: known.count === 0 ? qsTr("Most people start here") : ""; words: qsTr("Makes new keys on this computer and backup words for you to write on paper. Takes about five minutes."); first: known.count === 0; onClicked: page.app.onboarding.go("create") }
        ChoiceCard { symbol: "restore"; title: qsTr("Restore a wallet"); words: qsTr("From backup words or an encrypted backup file."); onClicked: page.app.onboarding.go("restore") }
        ChoiceCard { visible: page.app !== null && !page.app.status.sandbox; symbol: "flask"; title: qsTr("Try the sandbox"); tag: qsTr("No real money"); words: qsTr("Play coins on a private network inside Duplex. Send, open channels, break things. Nothing can be lost."); onClicked: page.app.startSandbox() }
        ChoiceCard { objectName: "lookAround"; symbol: "eye"; title: qsTr("Look around without keys"); words: qsTr("Blocks, payments, nodes and channels, checked here. A wallet can come later."); onClicked: page.app.onboarding.lookAroundNow() }
    }
}
