import QtQuick
import QtQuick.Layouts
import Duplex

// A channel with a partner: how much, announced or private.
Page {
    id: page
    readonly property var model: app.channels
    onGoBack: go("channels", "")
    onFinalAction: model.open(partner.text, amount.text, announce.checked)
    Component.onCompleted: { model.forgetMessages(); partner.text = argument; if (app.status.sandbox) app.sandbox.askStatus(); partner.focusHere() }
    Connections { target: page.model; function onOpened() { page.go("channels", page.model.selected) } }
    ScrollBox {
        anchors.fill: parent
        PageHead { back: true; title: qsTr("Open a channel"); level: 2; onGoBack: page.go("channels", "") }
        Card {
            Layout.fillWidth: true
            Layout.maximumWidth: 720
            pad: 20
            spacing: 14
            Field { id: partner; objectName: "partner"; Layout.fillWidth: true; label: qsTr("Partner"); mono: true; placeholder: qsTr("Node id@host:port"); help: qsTr("Your partner must be online now. Find one under Nodes.") }
            Button { visible: page.app.status.sandbox && page.app.sandbox.partner !== ""; size: 32; text: qsTr("Practice partner"); onClicked: partner.text = page.app.sandbox.partner }
            Field { id: amount; objectName: "channelAmount"; Layout.preferredWidth: 260; Layout.maximumWidth: 260; label: qsTr("How much"); unit: "sat"; help: qsTr("Comes from L1. About 1 % stays as deposit.") }
            RowLayout {
                spacing: 10
                Toggle { id: announce; describe: qsTr("Announce the channel") }
                ColumnLayout {
                    spacing: 0
                    Label { role: "denseStrong"; text: qsTr("Announce it") }
                    Label { role: "small"; dim: true; text: qsTr("Off: only you and your partner know the channel.") }
                }
            }
            Note { tone: "plain"; symbol: "shield"; text: qsTr("Nobody can take your coins. If the partner disappears, they come back to you after a waiting time.") }
            Note { visible: page.model.openError !== ""; tone: "bad"; text: page.model.openError }
            RowLayout {
                spacing: 10
                Item { Layout.fillWidth: true }
                Button { text: qsTr("See the price first"); onClicked: { page.app.move.up = true; page.app.move.setPeer(partner.text); page.app.move.setAmount(amount.text); page.go("move", "up") } }
                Button { objectName: "confirmOpen"; kind: "primary"; size: 46; text: page.model.busy ? qsTr("Asking the partner") : qsTr("Open the channel"); busy: page.model.busy; onClicked: page.finalAction() }
            }
        }
        Item { Layout.fillHeight: true }
    }
}
