import QtQuick
import QtQuick.Layouts
import QtQuick.Dialogs
import QtQuick.Templates as T
import Duplex

// One code for both layers; amount, purpose, expiry; the addresses given out.
Page {
    id: page
    readonly property var receive: app.receive
    onFinalAction: receive.make()
    onGoBack: go("home", "")
    Component.onCompleted: { receive.open(); amount.focusHere() }
    ScrollBox {
        anchors.fill: parent
        PageHead {
            title: qsTr("Receive")
            Segmented { options: page.receive.modes; current: page.receive.mode; describe: qsTr("Layer to receive on"); onChosen: (index) => page.receive.mode = index }
        }
        Note { id: unsaved; visible: false; tone: "bad"; text: qsTr("The picture was not written. Choose another folder.") }
        Note { visible: page.receive.problem !== ""; tone: "bad"; text: page.receive.problem }
        Columns {
            Card {
                Layout.preferredWidth: 372
                Layout.minimumWidth: 372
                Layout.fillWidth: parent.narrow
                Layout.fillHeight: true
                pad: 20
                spacing: 12
                PageState { visible: page.receive.request === "" && !page.receive.busy; Layout.fillWidth: true; Layout.topMargin: 60; Layout.bottomMargin: 60; symbol: "qr"; title: qsTr("No code"); text: page.receive.codeWords }
                QrView { id: code; objectName: "qr"; Layout.alignment: Qt.AlignHCenter; text: page.receive.request; opacity: page.receive.outdated ? 0.3 : 1; visible: page.receive.request !== "" || page.receive.busy }
                Row {
                    Layout.alignment: Qt.AlignHCenter
                    spacing: 8
                    CopyButton { kind: "primary"; size: 40; text: done ? qsTr("Copied") : qsTr("Copy request"); copied: page.receive.request; what: qsTr("request"); enabled: page.receive.request !== "" && !page.receive.outdated }
                    Button { symbol: "file"; text: qsTr("Save image"); enabled: page.receive.request !== "" && !page.receive.outdated; onClicked: saveAs.open() }
                }
                Label { visible: code.visible; Layout.alignment: Qt.AlignHCenter; role: "small"; faint: true; text: page.receive.codeWords }
                Rule { Layout.topMargin: 4 }
                Note { visible: page.receive.paidText !== ""; objectName: "paid"; tone: "ok"; text: page.receive.paidText }
                Label { visible: page.receive.paidText === ""; role: "strong"; text: qsTr("Waiting for the payer") }
                RowLayout {
                    visible: page.receive.paidText === "" && page.receive.mode !== 2
                    spacing: 8
                    LayerTag { level: 2 }
                    Label { role: "dense"; dim: true; text: qsTr("Keep Duplex running until it is paid"); Layout.fillWidth: true; wrapMode: Text.Wrap }
                    Icon { visible: page.receive.upperFits; name: "check"; size: 16; stroke: 22; color: Theme.ok }
                }
                RowLayout {
                    visible: page.receive.paidText === "" && page.receive.mode !== 1
                    spacing: 8
                    LayerTag { level: 1 }
                    Label { role: "dense"; dim: true; text: qsTr("Checking every new block"); Layout.fillWidth: true }
                    Icon { name: "check"; size: 16; stroke: 22; color: Theme.ok }
                }
                Item { Layout.fillHeight: true }
            }
            ColumnLayout {
                Layout.fillWidth: true
                Layout.fillHeight: true
                spacing: Theme.stackGap
                Card {
                    Layout.fillWidth: true
                    RowLayout {
                        spacing: 16
                        Field { id: amount; objectName: "receiveAmount"; Layout.preferredWidth: 180; Layout.maximumWidth: 200; Layout.alignment: Qt.AlignTop; label: qsTr("Amount"); unit: "sat"; placeholder: qsTr("Any"); error: page.receive.amountError; text: page.receive.amountText; onEdited: (text) => page.receive.setAmount(text); onAccepted: page.receive.make() }
                        Field { Layout.fillWidth: true; Layout.alignment: Qt.AlignTop; label: qsTr("What for"); placeholder: qsTr("The payer can read it"); error: page.receive.purposeError; input.maximumLength: 639; text: page.receive.purpose; onEdited: (text) => page.receive.setPurpose(text); onAccepted: page.receive.make() }
                    }
                    RowLayout {
                        spacing: 12
                        Label { role: "dense"; dim: true; text: qsTr("Expires") }
                        Segmented { options: [qsTr("In 1 hour"), qsTr("In 1 day"), qsTr("In 1 week")]; current: page.receive.expiry; describe: qsTr("Expires"); onChosen: (index) => page.receive.setExpiry(index) }
                        Item { Layout.fillWidth: true }
                        Button { objectName: "makeRequest"; kind: page.receive.outdated ? "primary" : "secondary"; text: page.receive.busy ? qsTr("Making it") : qsTr("Make a new request"); busy: page.receive.busy; onClicked: page.receive.make() }
                    }
                }
                RowLayout {
                    Layout.fillWidth: true
                    spacing: Theme.stackGap
                    RequestCard { visible: page.receive.mode !== 2; level: 2; name: page.receive.upperName; request: page.receive.invoice; copyable: page.receive.payable; fitness: page.receive.upperFitness; fits: page.receive.upperFits; caveat: qsTr("Arrives in seconds. Keep Duplex running until it is paid.") }
                    RequestCard { visible: page.receive.mode !== 1; level: 1; name: page.receive.groundName; request: page.receive.address; fitness: page.receive.groundFitness; fits: page.receive.groundFits; caveat: qsTr("Arrives with the next blocks. Works while Duplex is closed.") }
                }
                Card {
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    Layout.minimumHeight: 200
                    title: qsTr("Your addresses")
                    note: qsTr("A new one for each payer")
                    spacing: 0
                    RowLayout {
                        spacing: 12
                        Layout.bottomMargin: 4
                        Layout.rightMargin: 14
                        HeadCell { text: qsTr("Address"); cellWidth: 176 }
                        HeadCell { text: qsTr("Label") }
                        HeadCell { text: qsTr("Received"); cellWidth: 120; horizontalAlignment: Text.AlignRight }
                        HeadCell { text: qsTr("Proof"); cellWidth: 172; horizontalAlignment: Text.AlignRight }
                    }
                    ListView {
                        id: list
                        Layout.fillWidth: true
                        Layout.fillHeight: true
                        clip: true
                        model: page.receive.addresses
                        boundsBehavior: Flickable.StopAtBounds
                        Accessible.role: Accessible.Table
                        Accessible.name: qsTr("Your addresses")
                        T.ScrollBar.vertical: ScrollLine { }
                        delegate: TableRow {
                            id: line
                            required property string address
                            required property string label
                            required property string received
                            required property bool used
                            required property var badge
                            required property string full
                            width: list.width
                            copied: full
                            describe: full + ", " + label + ", " + received
                            Cell { role: "monoSmall"; text: line.address; cellWidth: 176 }
                            Cell { text: line.label; dim: true }
                            Cell { role: "monoSmall"; text: line.received; cellWidth: 120; horizontalAlignment: Text.AlignRight }
                            Item {
                                Layout.preferredWidth: Theme.column(172)
                                Layout.minimumWidth: Layout.preferredWidth
                                implicitHeight: 22
                                ProvenanceBadge { visible: line.used && !!line.badge; anchors.right: parent.right; anchors.verticalCenter: parent.verticalCenter; badge: line.badge }
                                Label { visible: !line.used; anchors.right: parent.right; anchors.verticalCenter: parent.verticalCenter; role: "small"; faint: true; text: qsTr("unused") }
                            }
                        }
                    }
                }
            }
        }
    }
    FileDialog { id: saveAs; title: qsTr("Save the code"); fileMode: FileDialog.SaveFile; defaultSuffix: "png"; onAccepted: unsaved.visible = !code.saveTo(selectedFile) }
}
