import QtQuick
import QtQuick.Layouts
import Duplex

// A channel with a partner. Opening one is a move up: it is priced, started and followed as one.
Page {
    id: page
    readonly property var move: app.move
    onGoBack: go("channels", "")
    onFinalAction: if (move.canStart) move.start()
    Component.onCompleted: {
        move.up = true
        move.show("")
        if (argument !== "") move.setPeer(argument)
        if (app.status.sandbox) app.sandbox.askStatus()
        partner.focusHere()
    }
    Connections { target: page.move; function onChanged() { if (page.move.current !== "") page.go("progress", page.move.current) } }
    ScrollBox {
        anchors.fill: parent
        PageHead { back: true; title: qsTr("Open a channel"); level: 2; onGoBack: page.go("channels", "") }
        Card {
            Layout.fillWidth: true
            Layout.maximumWidth: Theme.size(720)
            pad: 20
            spacing: 14
            Field { id: partner; objectName: "partner"; Layout.fillWidth: true; label: qsTr("Partner"); mono: true; placeholder: qsTr("Node id@host:port"); help: qsTr("Your partner must be online now. Find one under Nodes."); text: page.move.peer; onEdited: (text) => page.move.setPeer(text) }
            Button { visible: page.app.status.sandbox && page.app.sandbox.partner !== ""; size: 32; text: qsTr("Practice partner"); onClicked: page.move.setPeer(page.app.sandbox.partner) }
            Field { id: amount; objectName: "channelAmount"; Layout.preferredWidth: Theme.size(260); Layout.maximumWidth: Theme.size(260); label: qsTr("How much"); unit: "sat"; help: qsTr("Comes from L1. About 1 % stays as deposit."); text: page.move.amountText; error: page.move.amountError; onEdited: (text) => page.move.setAmount(text) }
            Label { Layout.fillWidth: true; wrapMode: Text.Wrap; role: "small"; dim: true; text: qsTr("Only you and your partner know the channel: it is not announced.") }
            Rule { visible: page.move.review.length > 0 }
            FactList { objectName: "openingPrice"; model: page.move.review; nameWidth: 190 }
            Note { visible: page.move.refusal !== ""; tone: "warn"; text: page.move.refusal }
            Note { visible: page.move.problem !== ""; tone: "bad"; text: page.move.problem }
            Note { tone: "plain"; symbol: "shield"; text: page.move.risk !== "" ? page.move.risk : qsTr("Nobody can take your coins. If the partner disappears, they come back to you after a waiting time.") }
            Note { visible: page.move.startError !== ""; tone: "bad"; text: page.move.startError }
            RowLayout {
                spacing: 10
                Label { Layout.fillWidth: true; role: "small"; dim: true; wrapMode: Text.Wrap; horizontalAlignment: Text.AlignRight; text: page.move.whyNot }
                Button { objectName: "confirmOpen"; kind: "primary"; size: 46; text: page.move.starting ? qsTr("Asking the partner") : qsTr("Open the channel"); enabled: page.move.canStart; busy: page.move.starting; onClicked: page.finalAction() }
            }
        }
        Item { Layout.fillHeight: true }
    }
}
