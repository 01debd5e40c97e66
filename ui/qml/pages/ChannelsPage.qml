import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Duplex

// Sums, one bar per channel, the selected one's facts, and the forecast of closing alone.
Page {
    id: page
    readonly property var model: app.channels
    readonly property var detail: model.detail
    onGoBack: go("home", "")
    onFinalAction: go("opening", "")
    Component.onCompleted: if (argument !== "") model.select(argument)
    ScrollBox {
        anchors.fill: parent
        PageHead {
            title: qsTr("Channels")
            words: qsTr("Roads on the upper floor. Each holds your coins and your partner's.")
            Button { objectName: "openChannel"; visible: page.model.channels.count > 0; kind: "primary"; symbol: "plus"; text: qsTr("Open a channel"); onClicked: page.go("opening", "") }
        }
        Note { visible: page.model.message !== ""; tone: "ok"; text: page.model.message }
        Note { visible: page.model.error !== ""; tone: "bad"; text: page.model.error }
        Tiles {
            id: sums
            visible: page.model.channels.count > 0
            model: page.model.sums
            Card {
                id: sum
                required property var modelData
                width: sums.cell
                height: sums.tallest
                pad: 14
                spacing: 2
                Label { role: "small"; dim: true; text: sum.modelData.name }
                Amount { text: sum.modelData.value; size: 20 }
            }
        }
        Card {
            visible: page.model.channels.count === 0
            Layout.fillWidth: true
            Layout.fillHeight: true
            Item { Layout.fillHeight: true }
            PageState {
                Layout.fillWidth: true
                symbol: "channels"
                level: 2
                title: qsTr("No channels yet")
                text: qsTr("A channel is your road onto the upper floor. Opening one costs a fee on L1; you see it before anything is signed.")
                action: qsTr("Open a channel")
                onActed: page.go("opening", "")
            }
            Item { Layout.fillHeight: true }
        }
        Columns {
            id: columns
            visible: page.model.channels.count > 0
            Card {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.minimumHeight: 300
                title: page.model.numberText
                note: page.model.countText
                pad: 16
                corner: Component {
                    RowLayout {
                        spacing: 12
                        Repeater {
                            model: [[qsTr("Yours"), Theme.l2Fill, false], [qsTr("On its way"), Theme.warn, true], [qsTr("Deposit"), Theme.lineStrong, false], [qsTr("Theirs"), Theme.theirs, false]]
                            RowLayout {
                                required property var modelData
                                spacing: 5
                                Rectangle { implicitWidth: 10; implicitHeight: 10; radius: 3; color: modelData[2] ? "transparent" : modelData[1]; border.width: 2; border.color: modelData[1] }
                                Label { role: "small"; dim: true; text: modelData[0] }
                            }
                        }
                    }
                }
                ListView {
                    id: list
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    implicitHeight: columns.narrow ? contentHeight : 240 // narrow: the page scrolls, not the list
                    clip: true
                    spacing: 8
                    model: page.model.channels
                    boundsBehavior: Flickable.StopAtBounds
                    Accessible.role: Accessible.List
                    Accessible.name: qsTr("Channels")
                    T.ScrollBar.vertical: ScrollLine { }
                    delegate: ChannelRow { width: list.width - (list.contentHeight > list.height ? 14 : 0); onChosen: (id) => page.model.select(id) }
                }
                Label { visible: page.model.reserveText !== ""; role: "small"; faint: true; text: page.model.reserveText; Layout.fillWidth: true; wrapMode: Text.Wrap }
            }
            ChannelDetail {
                Layout.preferredWidth: 420
                Layout.maximumWidth: parent.narrow ? Number.POSITIVE_INFINITY : 420
                Layout.fillWidth: true
                Layout.fillHeight: true
                detail: page.detail
                forecast: page.model.forecast
                busy: page.model.busy
                onCloseTogether: together.openFrom(list)
                onCloseAlone: alone.openFrom(list)
            }
        }
    }
    Dialog {
        id: together
        title: qsTr("Close together?")
        danger: false
        riskyAction: qsTr("Close together")
        Label { Layout.fillWidth: true; wrapMode: Text.Wrap; text: qsTr("Both sides sign one last payment. Your balance comes down to L1 with the next blocks; one road less on the upper floor.") }
        onConfirmed: { page.model.closeTogether(); close() }
    }
    Dialog {
        id: alone
        objectName: "closeAloneDialog"
        title: qsTr("Close alone?")
        safeAction: qsTr("Wait for them")
        riskyAction: qsTr("Close alone")
        riskyAllowed: name.text.trim() === (page.detail.name || "")
        onOpened: { name.text = ""; name.focusHere() }
        Label { Layout.fillWidth: true; wrapMode: Text.Wrap; text: (page.model.forecast.waits || "") + ". " + (page.model.forecast.costs || "") + "." }
        Label { Layout.fillWidth: true; wrapMode: Text.Wrap; role: "dense"; dim: true; text: qsTr("Closing together is cheaper and quicker, if the partner answers.") }
        Field { id: name; objectName: "partnerName"; Layout.fillWidth: true; label: qsTr("Type the partner's name to go on: %1").arg(page.detail.name || "") }
        onConfirmed: { page.model.closeAlone(name.text); close() }
    }
}
