import QtQuick
import QtQuick.Layouts
import Duplex

// Total, the two floors with the lift between them, and the activity of both.
Page {
    id: page
    readonly property var portfolio: app.portfolio
    onFinalAction: go("send", "")
    Component.onCompleted: if (argument !== "") payment.show(argument, page)
    ScrollBox {
        anchors.fill: parent
        Columns {
            ColumnLayout {
                Layout.fillWidth: true
                Layout.fillHeight: true
                spacing: 12
                RowLayout {
                    spacing: 10
                    ColumnLayout {
                        spacing: 0
                        Label { role: "small"; dim: true; text: page.portfolio.heading }
                        RowLayout {
                            spacing: 12
                            Amount { objectName: "total"; text: page.portfolio.total; size: 34 }
                            Label { Layout.fillWidth: true; text: page.portfolio.totalCoin === "" ? "" : qsTr("= %1").arg(page.portfolio.totalCoin); faint: true; role: "dense"; Layout.alignment: Qt.AlignBottom; Layout.bottomMargin: 5 }
                        }
                    }
                    Button { kind: "primary"; symbol: "send"; text: qsTr("Send"); focus: true; onClicked: page.go("send", "") }
                    Button { symbol: "receive"; text: qsTr("Receive"); onClicked: page.go("receive", "") }
                }
                Floor { objectName: "upperFloor"; Layout.fillWidth: true; Layout.fillHeight: true; facts: page.portfolio.upper; aged: page.stale; visible: page.portfolio.ready }
                Lift {
                    visible: page.portfolio.ready
                    words: page.portfolio.liftText
                    share: page.portfolio.liftShare
                    running: page.portfolio.liftMove !== ""
                    onMoveUp: page.go("move", "up")
                    onMoveDown: page.go("move", "down")
                    onOpened: page.go("progress", page.portfolio.liftMove)
                }
                Floor { objectName: "groundFloor"; Layout.fillWidth: true; Layout.fillHeight: true; facts: page.portfolio.ground; aged: page.stale; visible: page.portfolio.ready }
                LoadingState { Layout.fillWidth: true; active: !page.portfolio.ready; text: qsTr("Opening the wallet") }
                Rectangle {
                    Layout.fillWidth: true
                    implicitHeight: Math.max(48, strip.height + 16)
                    radius: Theme.cardRadius
                    color: "transparent"
                    border.width: 1
                    border.color: Theme.line
                    Flow { // the words of a new wallet are longer than figures
                        id: strip
                        objectName: "payNow"
                        x: 16
                        anchors.verticalCenter: parent.verticalCenter
                        width: parent.width - compare.width - 32
                        spacing: 8
                        Label { role: "dense"; dim: true; text: qsTr("A typical payment now:"); height: Theme.size(20); verticalAlignment: Text.AlignVCenter }
                        Repeater {
                            model: page.portfolio.payNow
                            Row {
                                required property var modelData
                                spacing: 8
                                rightPadding: 4
                                LayerTag { level: modelData.level }
                                Label { role: "denseStrong"; text: modelData.text; width: Math.min(implicitWidth, strip.width - 50); anchors.verticalCenter: parent.verticalCenter }
                            }
                        }
                    }
                    Button { id: compare; anchors.right: parent.right; anchors.rightMargin: 8; anchors.verticalCenter: parent.verticalCenter; kind: "ghost"; size: 32; text: qsTr("Compare layers"); onClicked: page.go("layers", "") }
                }
            }
            Card {
                Layout.fillWidth: parent.narrow
                Layout.preferredWidth: 332
                Layout.minimumWidth: 332
                Layout.fillHeight: true
                Layout.minimumHeight: 320
                title: qsTr("Activity")
                spacing: 0
                Item { visible: page.app.activity.count === 0; Layout.fillHeight: true }
                PageState {
                    visible: page.app.activity.count === 0
                    Layout.fillWidth: true
                    symbol: "clock"
                    kind: "secondary"
                    title: qsTr("Nothing yet")
                    text: qsTr("What you receive, send and move appears here, from both layers.")
                    action: qsTr("Receive")
                    onActed: page.go("receive", "")
                }
                Item { visible: page.app.activity.count === 0; Layout.fillHeight: true }
                ActivityList {
                    visible: page.app.activity.count > 0
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    model: page.app.activity
                    onOpened: (id, where, argument) => { if (where !== "") page.go(where, where === "transaction" ? argument + "//home" : argument); else payment.show(id, this) }
                }
            }
        }
    }
    Dialog {
        id: payment
        objectName: "paymentDialog"
        property var facts: []
        function show(id, from) {
            const detail = page.app.activityDetail(id)
            if (!detail.facts) return
            title = detail.title
            facts = detail.facts
            openFrom(from)
        }
        danger: false
        safeAction: qsTr("Close")
        FactList { model: payment.facts }
    }
}
