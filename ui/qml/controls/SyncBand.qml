import QtQuick
import QtQuick.Layouts
import Duplex

// Progress by stage while the chain is checked; says what works already.
Rectangle {
    id: band
    property QtObject status: null
    readonly property bool lacking: status !== null && status.ready && !status.synced
    property bool late: false
    readonly property bool needed: lacking && (late || status.behind > 1) // one new block pushes no page about
    onLackingChanged: late = false
    Timer { interval: 4000; running: band.lacking; onTriggered: band.late = true }
    readonly property string progress: status === null ? "" : [status.stageCount, status.stageLeft].filter((part) => part !== "").join(" · ")
    visible: needed
    implicitHeight: row.implicitHeight + 20
    radius: Theme.cardRadius
    color: Theme.surface
    border.width: 1
    border.color: Theme.line
    Layout.fillWidth: true
    RowLayout {
        id: row
        anchors.fill: parent
        anchors.margins: 10
        anchors.leftMargin: 16
        anchors.rightMargin: 16
        spacing: 14
        Label { Layout.fillWidth: true; Layout.maximumWidth: implicitWidth + 1; role: "denseStrong"; text: band.status ? band.status.stageWords : "" }
        Label { Layout.fillWidth: true; Layout.maximumWidth: implicitWidth + 1; role: "dense"; dim: true; text: band.progress }
        ProgressLine { Layout.fillWidth: true; Layout.minimumWidth: 80; Layout.preferredWidth: 120; share: band.status ? band.status.syncShare : 0; describe: band.status ? band.status.stageWords + " " + band.progress : "" }
        Label { objectName: "receiveAlready"; visible: band.status !== null && band.status.wallet !== "none"; Layout.fillWidth: true; Layout.maximumWidth: implicitWidth + 1; role: "small"; faint: true; text: qsTr("You can receive already.") }
    }
}
