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
    Component.onCompleted: { model.open(); if (argument !== "") model.select(argument) }
    ScrollBox {
        anchors.fill: parent
        PageHead {
            title: qsTr("Channels")
            words: qsTr("Roads on the upper floor. Each holds your coins and your partner's.")
            Button { objectName: "openChannel"; visible: page.model.channels.count > 0; kind: "primary"; symbol: "plus"; text: qsTr("Open a channel"); onClicked: page.go("opening", "") }
        }
        Note { objectName: "closing"; visible: page.model.message !== ""; tone: page.model.waiting ? "warn" : "ok"; text: page.model.message }
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
                waiting: page.model.waiting
                onCloseTogether: together.openFrom(list)
                onCloseAlone: alone.openFrom(list)
            }
        }
    }
    Dialog {
        id: together
        objectName: "closeTogetherDialog"
        title: qsTr("Close together?")
        danger: false
        riskyAction: qsTr("Close together")
        riskyAllowed: !!page.model.closeQuote.answered // cost and time before the click
        onOpened: page.model.askCloseQuote()
        Label { Layout.fillWidth: true; wrapMode: Text.Wrap; text: qsTr("Both sides sign one last payment. Your balance comes down to L1 with the next blocks; one road less on the upper floor.") }
        FactList { model: page.model.closeQuote.facts || [] }
        Label { visible: !page.model.closeQuote.answered; role: "dense"; dim: true; text: qsTr("Asking for the price") }
        Note { visible: !!page.model.closeQuote.problem; tone: "warn"; text: page.model.closeQuote.problem || "" }
        onConfirmed: { page.model.closeTogether(); close() }
    }
    CloseAloneDialog {
        id: alone
        objectName: "closeAloneDialog"
        partner: page.detail.partner || {}
        price: page.model.forecast.summary || ""
        onAgreed: (typed) => page.model.closeAlone(typed)
    }
}
