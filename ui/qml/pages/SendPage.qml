import QtQuick
import QtQuick.Layouts
import Duplex

// One box; what was recognised in words; the ways to pay; the review.
Page {
    id: page
    readonly property var send: app.send
    onFinalAction: pay()
    function pay() { if (send.unlockFirst) unlockWanted(); else send.pay() }
    onGoBack: go("home", "")
    Connections { target: page.app.sandbox; function onInvoiceReady(invoice) { page.send.setText(invoice); to.text = invoice } }
    Component.onCompleted: { if (argument !== "") send.setText(argument); else if (send.state === "done") send.clear(); to.text = send.text; to.focusHere(); to.input.cursorPosition = 0 }
    ScrollBox {
        anchors.fill: parent
        PageHead { title: qsTr("Send") }
        Columns {
            ColumnLayout {
                enabled: page.send.state !== "sending"
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.alignment: Qt.AlignTop
                spacing: Theme.stackGap
                Card {
                    Layout.fillWidth: true
                    Field {
                        id: to
                        objectName: "to"
                        Layout.fillWidth: true
                        label: qsTr("To")
                        symbol: "send"
                        mono: true
                        placeholder: qsTr("Paste an address, an invoice or a payment link")
                        onEdited: (text) => page.send.setText(text)
                    }
                    Note { objectName: "notPayable"; visible: page.send.kindWords !== "" && page.send.kindTone === "bad"; tone: "bad"; text: page.send.kindWords }
                    RowLayout {
                        visible: page.send.kindWords !== "" && page.send.kindTone !== "bad"
                        spacing: 8
                        Chip { objectName: "kind"; tone: page.send.kindTone; symbol: "check"; text: page.send.kindWords; Layout.fillWidth: true; Layout.maximumWidth: implicitWidth }
                        Label { role: "small"; dim: true; text: page.send.details; Layout.fillWidth: true }
                    }
                    RowLayout {
                        visible: page.app.status.sandbox && page.send.text === ""
                        spacing: 10
                        Button { objectName: "practiceInvoice"; size: 32; text: qsTr("Practice invoice"); onClicked: page.app.sandbox.invoice() }
                        Label { role: "small"; dim: true; text: qsTr("The practice partner writes one for you to pay."); Layout.fillWidth: true }
                    }
                    Note { visible: page.send.warning !== ""; tone: "warn"; text: page.send.warning }
                    RowLayout {
                        spacing: 16
                        Layout.topMargin: 6
                        Field {
                            id: amount
                            objectName: "amount"
                            Layout.preferredWidth: 250
                            Layout.maximumWidth: 250
                            Layout.alignment: Qt.AlignTop
                            label: qsTr("Amount")
                            unit: "sat"
                            text: page.send.amountText
                            readOnly: page.send.amountFixed || page.send.all
                            help: page.send.amountFixed ? qsTr("Set by the request") : page.send.all ? qsTr("All you have on L1, less the fee") : ""
                            error: page.send.amountError
                            placeholder: page.send.all ? qsTr("All") : ""
                            onEdited: (text) => page.send.setAmount(text)
                        }
                        Field {
                            Layout.fillWidth: true
                            Layout.alignment: Qt.AlignTop
                            label: qsTr("Note to yourself")
                            placeholder: qsTr("Stays on this computer")
                            text: page.send.note
                            onEdited: (text) => page.send.note = text
                        }
                    }
                    RowLayout {
                        visible: !page.send.amountFixed && page.send.level === 1
                        spacing: 8
                        Toggle { id: everything; checked: page.send.all; describe: qsTr("Send all"); onToggled: page.send.all = checked }
                        Label { role: "dense"; text: qsTr("Send all") }
                        Label { role: "small"; dim: true; text: qsTr("Keeps the safety reserve of your channels."); Layout.fillWidth: true }
                    }
                }
                Label { visible: page.send.ways.count > 0; role: "strong"; text: qsTr("Way to pay") }
                Tiles {
                    id: ways
                    visible: page.send.ways.count > 0
                    least: 260
                    model: page.send.ways
                    WayCard { width: ways.cell; height: ways.tallest; onChosen: (level) => page.send.choose(level) }
                }
                Card {
                    visible: page.send.feeTitle !== ""
                    Layout.fillWidth: true
                    pad: 16
                    title: page.send.feeTitle
                    note: page.send.feeSource
                    corner: Component { ProvenanceBadge { objectName: "feeBadge"; visible: !!page.send.feeBadge.words; badge: page.send.feeBadge.words ? page.send.feeBadge : null } }
                    RowLayout {
                        spacing: 16
                        Field {
                            objectName: "feerate"
                            Layout.preferredWidth: 250
                            Layout.maximumWidth: 250
                            Layout.alignment: Qt.AlignTop
                            label: qsTr("Your own feerate")
                            unit: "sat/vB"
                            placeholder: qsTr("Suggested")
                            text: page.send.feerateText
                            error: page.send.feerateError
                            onEdited: (text) => page.send.setFeerate(text)
                        }
                        Label { Layout.fillWidth: true; role: "denseStrong"; color: Theme.l1; wrapMode: Text.Wrap; text: page.send.feeWords }
                    }
                }
                PageState {
                    visible: page.send.ways.count === 0
                    Layout.fillWidth: true
                    Layout.topMargin: 40
                    symbol: "send"
                    title: qsTr("Paste it, Duplex says what it is")
                    text: qsTr("Duplex names what you pasted, then shows the fee and the time on each layer. Nothing is signed before you press Pay.")
                }
                Item { Layout.fillHeight: true }
            }
            Card {
                Layout.preferredWidth: 320
                Layout.minimumWidth: 320
                Layout.fillWidth: parent.narrow
                Layout.fillHeight: true
                title: qsTr("Review")
                pad: 20
                spacing: 12
                Column {
                    Layout.fillWidth: true
                    spacing: 2
                    visible: page.send.reviewAmount !== ""
                    Label { role: "small"; dim: true; text: qsTr("They receive") }
                    Amount { text: page.send.reviewAmount; size: 28 }
                }
                Label { visible: page.send.reviewTo !== ""; role: "small"; dim: true; text: qsTr("Paid to") }
                Label { visible: page.send.reviewTo !== ""; Layout.fillWidth: true; role: "monoSmall"; wrapMode: Text.WrapAtWordBoundaryOrAnywhere; text: page.send.reviewTo }
                Rule { visible: page.send.review.length > 0 }
                FactList { model: page.send.review }
                Item { Layout.fillHeight: true }
                Note { visible: page.send.state === "editing" && page.send.level > 0; tone: "plain"; text: page.send.assurance }
                Note { visible: page.send.state === "done"; objectName: "sent"; tone: "ok"; text: page.send.outcome }
                Note { visible: page.send.state === "onway"; objectName: "onItsWay"; tone: "warn"; text: page.send.outcome }
                Note { visible: page.send.state === "failed"; tone: "bad"; text: page.send.outcome }
                Label { visible: page.send.whyNot !== "" && page.send.state === "editing"; role: "small"; dim: true; wrapMode: Text.Wrap; Layout.fillWidth: true; text: page.send.whyNot }
                Button {
                    objectName: "pay"
                    visible: page.send.state === "editing" || page.send.state === "sending"
                    Layout.fillWidth: true
                    kind: "primary"
                    size: 46
                    text: page.send.payAction
                    enabled: page.send.canPay || page.send.unlockFirst
                    busy: page.send.state === "sending"
                    onClicked: page.pay()
                }
                Button { objectName: "tryAgain"; visible: page.send.state === "failed"; Layout.fillWidth: true; kind: "primary"; size: 46; text: qsTr("Try again"); onClicked: page.send.tryAgain() }
                Button { visible: page.send.state === "done" || page.send.state === "onway"; Layout.fillWidth: true; kind: "primary"; size: 46; text: qsTr("Send something else"); onClicked: { page.send.clear(); to.text = ""; to.focusHere() } }
                Label { Layout.alignment: Qt.AlignHCenter; visible: page.send.canPay || page.send.unlockFirst; role: "small"; faint: true; text: qsTr("Ctrl + Enter") }
            }
        }
    }
}
