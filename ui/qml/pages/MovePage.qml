import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Duplex

// Every way to the other floor as a row; impossible ones say why; before and after.
Page {
    id: page
    readonly property var move: app.move
    onFinalAction: startOrAsk()
    // Closing alone cannot be undone: it is confirmed by the partner's name, here as on the page of the channels.
    function startOrAsk() {
        if (!move.canStart) return
        if (move.alone) alone.openFrom(startButton)
        else move.start()
    }
    onGoBack: go("home", "")
    Component.onCompleted: {
        if (argument === "up" || argument === "down") move.up = argument === "up"
        move.show("")
        if (app.status.sandbox) app.sandbox.askStatus()
        amount.focusHere()
    }
    Connections { target: page.move; function onChanged() { if (page.move.current !== "") page.go("progress", page.move.current) } }
    ScrollBox {
        anchors.fill: parent
        PageHead {
            title: qsTr("Move between layers")
            Segmented { objectName: "direction"; options: [qsTr("Up to %1").arg(page.move.upperName), qsTr("Down to %1").arg(page.move.groundName)]; symbols: ["up", "down"]; current: page.move.up ? 0 : 1; describe: qsTr("Direction"); onChosen: (index) => page.move.up = index === 0 }
        }
        Columns {
            ColumnLayout {
                Layout.fillWidth: true
                Layout.fillHeight: true
                spacing: Theme.stackGap
                Card {
                    Layout.fillWidth: true
                    pad: 16
                    RowLayout {
                        spacing: 14
                        Label { role: "strong"; text: qsTr("How much") }
                        Field { id: amount; objectName: "moveAmount"; Layout.preferredWidth: 200; unit: "sat"; placeholder: qsTr("Amount"); text: page.move.amountText; error: page.move.amountError; onEdited: (text) => page.move.setAmount(text) }
                        Row {
                            spacing: 6
                            Repeater {
                                model: [[qsTr("¼"), 25, qsTr("A quarter")], [qsTr("½"), 50, qsTr("Half")], [qsTr("All"), 100, qsTr("All")]]
                                Button { required property var modelData; size: 32; text: modelData[0]; describe: modelData[2]; onClicked: page.move.setShare(modelData[1]) }
                            }
                        }
                        Item { Layout.fillWidth: true }
                        Label { role: "dense"; dim: true; text: page.move.ofText }
                    }
                    RowLayout {
                        visible: page.move.up
                        spacing: 14
                        Label { role: "strong"; text: qsTr("With whom") }
                        Field { id: peer; objectName: "movePeer"; Layout.fillWidth: true; mono: true; placeholder: qsTr("Partner: node id@host:port"); text: page.move.peer; onEdited: (text) => page.move.setPeer(text) }
                        Button { objectName: "practicePartner"; visible: page.app.status.sandbox && page.app.sandbox.partner !== ""; size: 32; text: qsTr("Practice partner"); onClicked: page.move.setPeer(page.app.sandbox.partner) }
                    }
                }
                Card {
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    title: qsTr("Ways to get there")
                    note: page.move.asking ? qsTr("Asking for prices") : ""
                    pad: 16
                    spacing: 6
                    corner: Component { Label { role: "small"; dim: true; text: qsTr("Cheapest first") } }
                    RowLayout {
                        visible: page.move.quotes.count > 0
                        spacing: 10
                        Layout.leftMargin: 40
                        Layout.rightMargin: 8
                        HeadCell { text: qsTr("Way") }
                        HeadCell { text: qsTr("Cost"); cellWidth: 90; horizontalAlignment: Text.AlignRight }
                        HeadCell { text: qsTr("Time"); cellWidth: 100; Layout.leftMargin: 14 }
                        HeadCell { text: qsTr("Who you trust"); cellWidth: 168 }
                    }
                    Column { // a positioner: rows go while the layout around them is being placed
                        id: ways
                        Layout.fillWidth: true
                        spacing: 6
                        Repeater { model: page.move.quotes; QuoteRow { width: ways.width; level: page.move.up ? 2 : 1; onChosen: (id) => page.move.choose(id) } }
                    }
                    Note { visible: page.move.problem !== ""; tone: "bad"; text: page.move.problem }
                    PageState {
                        visible: page.move.quotes.count === 0 && page.move.problem === ""
                        Layout.fillWidth: true
                        Layout.topMargin: 20
                        symbol: "move"
                        title: page.move.up ? qsTr("Take the lift up") : qsTr("Take the lift down")
                        text: page.move.up ? qsTr("Going up puts coins into a channel, for payments in seconds. It costs a fee on L1. Write an amount to see it.") : qsTr("Going down brings coins back to L1, where they settle in blocks. Write an amount to see what it costs.")
                    }
                    Item { Layout.fillHeight: true }
                }
                Card {
                    visible: page.move.moves.count > 0
                    Layout.fillWidth: true
                    title: qsTr("Moves so far")
                    pad: 16
                    spacing: 0
                    Column {
                        id: history
                        Layout.fillWidth: true
                        Repeater {
                            model: page.move.moves
                            TableRow {
                                id: past
                                required property string id
                                required property string title
                                required property string words
                                required property string amount
                                required property bool up
                                width: history.width
                                describe: title + ", " + amount + ", " + words
                                onClicked: page.go("progress", id)
                                Icon { name: past.up ? "up" : "down"; size: 16; color: Theme.layer(past.up ? 2 : 1) }
                                Cell { text: past.title }
                                Cell { text: past.words; dim: true }
                                Cell { text: past.amount; cellWidth: 130; horizontalAlignment: Text.AlignRight }
                            }
                        }
                    }
                }
            }
            Card {
                Layout.preferredWidth: 316
                Layout.minimumWidth: 316
                Layout.fillWidth: parent.narrow
                Layout.fillHeight: true
                title: qsTr("Before and after")
                Column {
                    id: balances
                    Layout.fillWidth: true
                    spacing: 8
                    Repeater {
                        model: page.move.balances
                        BalanceChange { required property var modelData; width: balances.width; facts: modelData }
                    }
                }
                Rule { }
                FactList { model: page.move.review; nameWidth: 136; spacing: 4 }
                Item { Layout.fillHeight: true }
                Note { visible: page.move.risk !== ""; symbol: "shield"; text: page.move.risk }
                Note { visible: page.move.startError !== ""; tone: "bad"; text: page.move.startError }
                Label { visible: page.move.whyNot !== ""; role: "small"; dim: true; wrapMode: Text.Wrap; Layout.fillWidth: true; text: page.move.whyNot }
                Button { id: startButton; objectName: "startMove"; Layout.fillWidth: true; kind: page.move.alone ? "danger" : "primary"; size: 46; symbol: page.move.up ? "up" : "down"; text: page.move.startAction; enabled: page.move.canStart; busy: page.move.starting; onClicked: page.startOrAsk() }
            }
        }
    }
    CloseAloneDialog { id: alone; objectName: "closeAloneDialog"; partner: page.move.partner; price: page.move.aloneWords; onAgreed: (typed) => page.move.startAlone(typed) }
}
