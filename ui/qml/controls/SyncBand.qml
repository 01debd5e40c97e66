import QtQuick
import QtQuick.Layouts
import Duplex

// Progress by stage while the chain is checked; says what works already.
Rectangle {
    id: band
    property QtObject status: null
    readonly property bool needed: status !== null && status.ready && !status.synced
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
        Label { role: "denseStrong"; text: band.status ? band.status.stageWords : "" }
        Label { role: "dense"; dim: true; text: band.progress }
        ProgressLine { Layout.fillWidth: true; share: band.status ? band.status.syncShare : 0; describe: band.status ? band.status.stageWords + " " + band.progress : "" }
        Label { role: "small"; faint: true; text: qsTr("You can receive already.") }
    }
}
