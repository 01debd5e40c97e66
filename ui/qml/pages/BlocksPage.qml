import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Duplex

// The strip of recent blocks, one block's facts, and its payments as a list.
Page {
    id: page
    readonly property var explorer: app.explorer
    onGoBack: if (app.status.wallet !== "none") go("home", "")
    Component.onCompleted: explorer.openBlock(argument)
    Component.onDestruction: explorer.leave()
    Connections { target: page.explorer.strip; function onCountChanged() { if (!page.explorer.block.hash) page.explorer.openBlock("") } }
    ScrollBox {
        anchors.fill: parent
        PageHead {
            title: qsTr("Blocks")
            level: 1
            words: qsTr("The ground floor's public book, checked on this computer")
            Repeater {
                model: page.explorer.legend
                ProvenanceBadge { required property var modelData; badge: modelData; compact: page.width < Theme.size(960) }
            }
        }
        ListView {
            id: strip
            objectName: "strip"
            Layout.fillWidth: true
            implicitHeight: Theme.size(106)
            orientation: ListView.Horizontal
            spacing: 12
            clip: true
            model: page.explorer.strip
            boundsBehavior: Flickable.StopAtBounds
            Accessible.role: Accessible.List
            Accessible.name: qsTr("Recent blocks, newest first")
            delegate: BlockTile { onChosen: (hash) => page.explorer.openBlock(hash) }
        }
        Note { visible: page.explorer.blockError !== ""; tone: "bad"; text: page.explorer.blockError; action: qsTr("Try again"); onActed: page.explorer.openBlock(page.argument) }
        Columns {
            Card {
                Layout.preferredWidth: 372
                Layout.minimumWidth: 372
                Layout.fillWidth: parent.narrow
                Layout.fillHeight: true
                title: page.explorer.block.title || qsTr("Block")
                spacing: 7
                corner: Component {
                    Row {
                        spacing: 4
                        Button { kind: "ghost"; symbol: "chevl"; size: 30; describe: qsTr("Newer block"); onClicked: page.explorer.step(1) }
                        Button { kind: "ghost"; symbol: "right"; size: 30; describe: qsTr("Older block"); onClicked: page.explorer.step(-1) }
                    }
                }
                LoadingState { Layout.fillWidth: true; rows: 4; active: page.explorer.loadingBlock && !page.explorer.block.facts }
                FactList { model: page.explorer.block.facts || [] }
                Item { Layout.fillHeight: true }
                Note { visible: !!page.explorer.block.facts; tone: "ok"; symbol: "shield"; text: qsTr("Duplex fetched the whole block and checked every payment against the header.") }
            }
            Card {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.minimumHeight: 280
                title: qsTr("What is inside")
                note: page.explorer.loadingBlock ? qsTr("fetching the block") : page.explorer.block.count || ""
                spacing: 0
                RowLayout {
                    spacing: 12
                    Layout.bottomMargin: 4
                    Layout.rightMargin: 14
                    HeadCell { text: qsTr("Payment") }
                    HeadCell { text: qsTr("Coins"); cellWidth: 84 }
                    HeadCell { text: qsTr("Moved"); cellWidth: 124; horizontalAlignment: Text.AlignRight }
                    HeadCell { text: qsTr("Fee"); cellWidth: 80; horizontalAlignment: Text.AlignRight }
                    HeadCell { text: qsTr("Size"); cellWidth: 64; horizontalAlignment: Text.AlignRight }
                }
                ListView {
                    id: payments
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    clip: true
                    reuseItems: true
                    model: page.explorer.payments
                    boundsBehavior: Flickable.StopAtBounds
                    Accessible.role: Accessible.Table
                    Accessible.name: qsTr("Payments of the block")
                    T.ScrollBar.vertical: ScrollLine { }
                    delegate: TableRow {
                        id: line
                        required property string id
                        required property string txid
                        required property string amount
                        required property string size
                        required property string ways
                        required property string fee
                        required property bool ours
                        width: payments.width
                        copied: id
                        describe: txid + ", " + amount + ", " + ways + (ours ? ", " + qsTr("yours") : "")
                        onClicked: page.go("transaction", id + "/" + (page.explorer.block.hash || ""))
                        Cell { role: "monoSmall"; text: line.txid; font.weight: line.ours ? Font.DemiBold : Font.Normal; color: line.ours ? Theme.l1 : Theme.text }
                        Cell { text: line.ways; dim: true; cellWidth: 84 }
                        Cell { role: "monoSmall"; text: line.amount; cellWidth: 124; horizontalAlignment: Text.AlignRight }
                        Cell { text: line.fee; dim: true; cellWidth: 80; horizontalAlignment: Text.AlignRight }
                        Cell { text: line.size; dim: true; cellWidth: 64; horizontalAlignment: Text.AlignRight }
                    }
                }
            }
        }
    }
}
