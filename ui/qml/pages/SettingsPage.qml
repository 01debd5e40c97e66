import QtQuick
import QtQuick.Layouts
import QtQuick.Dialogs
import QtQuick.Templates as T
import Duplex

// "Could you lose your money?" first; lock, how it looks, network, peers, backup.
Page {
    id: page
    readonly property var settings: app.settings
    readonly property var status: app.status
    onGoBack: go(status.wallet !== "none" ? "home" : "blocks", "")
    Component.onCompleted: { settings.forgetMessages(); settings.open() }
    Connections { target: page.settings; function onPeerAdded() { peer.text = "" } }
    Component.onDestruction: { settings.forgetWords(); settings.leave() }
    ScrollBox {
        anchors.fill: parent
        PageHead { title: qsTr("Settings"); words: qsTr("Version %1").arg(page.status.version) }
        Note { visible: page.settings.message !== ""; tone: "ok"; text: page.settings.message }
        Note { visible: page.app.wallets.error !== ""; tone: "bad"; text: page.app.wallets.error }
        Note { visible: page.settings.error !== "" && !password.visible && !words.visible; tone: "bad"; text: page.settings.error }
        Card {
            visible: page.status.wallet !== "none"
            Layout.fillWidth: true
            title: qsTr("Could you lose your money?")
            corner: Component { Chip { tone: page.settings.safety.every((tile) => tile.good) ? "ok" : "warn"; symbol: tone === "ok" ? "check" : "warn"; text: page.settings.safetyText } }
            Tiles {
                id: safety
                spacing: 12
                model: page.settings.safety
                Rectangle {
                    id: safe
                    required property var modelData
                    width: safety.cell
                    height: safety.tallest
                    implicitHeight: safeWords.implicitHeight + 26
                    radius: 10
                    color: modelData.good ? Theme.okTint : Theme.warnTint
                    border.width: modelData.good ? 0 : 1
                    border.color: Theme.warn
                    Accessible.role: Accessible.StaticText
                    Accessible.name: modelData.title + ": " + modelData.words
                    Column {
                        id: safeWords
                        x: 14
                        y: 12
                        width: parent.width - 28
                        spacing: 4
                        Icon { name: safe.modelData.good ? "check" : "warn"; size: 20; stroke: 22; color: safe.modelData.good ? Theme.ok : Theme.warn }
                        Label { width: parent.width; role: "strong"; text: safe.modelData.title }
                        Label { width: parent.width; role: "small"; dim: true; wrapMode: Text.Wrap; text: safe.modelData.words }
                    }
                }
            }
        }
        Columns {
            Layout.fillHeight: false
            Card {
                visible: page.status.wallet !== "none"
                Layout.fillWidth: true
                Layout.preferredWidth: 10
                Layout.fillHeight: true
                title: qsTr("Lock and backup")
                SettingLine { title: qsTr("Password"); words: page.status.hasPassword ? qsTr("Asked before anything is paid after a lock") : qsTr("None. Anybody at this computer can pay."); action: page.status.hasPassword ? qsTr("Change") : qsTr("Set one"); objectName: "setPassword"; onActed: password.openFrom(page) }
                SettingLine { visible: page.status.hasPassword; title: qsTr("Lock"); words: qsTr("Stops paying. Blocks and channels are still watched."); action: page.status.wallet === "locked" ? "" : qsTr("Lock now"); onActed: page.app.lock.lock() }
                SettingLine { title: qsTr("Words"); words: qsTr("Show the words that bring your wallet back"); action: qsTr("Show"); onActed: words.openFrom(page) }
                SettingLine { title: qsTr("Backup file"); words: qsTr("Sealed keys, labels and the channel backup"); action: qsTr("Save as"); onActed: saveAs.open() }
                SettingLine { visible: page.settings.restored; title: qsTr("Lost channels"); words: qsTr("Ask partners back from a channel backup file"); action: qsTr("Choose file"); onActed: channelFile.open() }
                SettingLine { title: qsTr("Another wallet"); words: qsTr("Closes this one; then make, restore or open another"); action: qsTr("Close this"); onActed: page.app.wallets.close() }
                Item { Layout.fillHeight: true }
            }
            Card {
                Layout.fillWidth: true
                Layout.preferredWidth: 10
                Layout.fillHeight: true
                title: qsTr("How it looks")
                SettingLine { title: qsTr("Theme"); words: qsTr("Light, dark, or as the system has it")
                    Segmented { size: 32; options: [qsTr("System"), qsTr("Light"), qsTr("Dark")]; current: page.settings.theme; describe: qsTr("Theme"); onChosen: (index) => page.settings.theme = index } }
                SettingLine { title: qsTr("Text size"); words: qsTr("%1 %").arg(page.settings.fontPercent)
                    Segmented { size: 32; options: ["100", "125", "150", "200"]; current: Math.max(0, ["100", "125", "150", "200"].indexOf(String(page.settings.fontPercent))); describe: qsTr("Text size"); onChosen: (index) => page.settings.fontPercent = [100, 125, 150, 200][index] } }
                SettingLine { title: qsTr("Less motion"); words: qsTr("Nothing slides or fades")
                    Toggle { describe: qsTr("Less motion"); checked: page.settings.reduceMotion; onToggled: page.settings.reduceMotion = checked } }
                SettingLine { title: qsTr("Hide amounts"); words: qsTr("Dots instead of figures, Ctrl + H")
                    Toggle { describe: qsTr("Hide amounts"); checked: page.app.amountsHidden; onToggled: page.app.amountsHidden = checked } }
                Item { Layout.fillHeight: true }
            }
        }
        Columns {
            Card {
                Layout.fillWidth: true
                Layout.preferredWidth: 10
                Layout.fillHeight: true
                Layout.minimumHeight: 220
                title: qsTr("Peers")
                note: page.settings.peersText
                spacing: 0
                RowLayout {
                    spacing: 8
                    Layout.bottomMargin: 10
                    Field { id: peer; objectName: "addPeer"; Layout.fillWidth: true; placeholder: qsTr("Add a peer: host:port"); onAccepted: add.clicked() }
                    Button { id: add; objectName: "addPeerNow"; text: qsTr("Add"); enabled: peer.text.trim() !== ""; onClicked: page.settings.addPeer(peer.text) }
                }
                ListView {
                    id: peers
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    implicitHeight: 140
                    clip: true
                    model: page.settings.peers
                    boundsBehavior: Flickable.StopAtBounds
                    Accessible.role: Accessible.Table
                    Accessible.name: qsTr("Peers")
                    T.ScrollBar.vertical: ScrollLine { }
                    delegate: TableRow {
                        id: line
                        required property int level
                        required property string name
                        required property string height_text
                        required property string ping
                        required property string full
                        required property bool manual
                        width: peers.width
                        copied: full
                        describe: name + ", " + height_text
                        LayerTag { level: line.level }
                        Cell { role: "monoSmall"; text: line.name }
                        Cell { role: "monoSmall"; dim: true; text: line.height_text; cellWidth: 80; horizontalAlignment: Text.AlignRight }
                        Cell { role: "monoSmall"; dim: true; text: line.ping; cellWidth: 90; horizontalAlignment: Text.AlignRight }
                        Button { visible: line.manual; kind: "ghost"; size: 26; symbol: "x"; describe: qsTr("Disconnect %1").arg(line.name); onClicked: page.settings.removePeer(line.full) }
                        Item { visible: !line.manual; implicitWidth: 26 }
                    }
                }
            }
            Card {
                Layout.fillWidth: true
                Layout.preferredWidth: 10
                Layout.fillHeight: true
                title: qsTr("Network")
                FactRow { name: qsTr("Network"); value: page.status.networkWords }
                FactRow { name: qsTr("State"); value: [page.status.stageWords, page.status.stageCount, page.status.stageLeft].filter((part) => part !== "").join(" · ") }
                FactRow { visible: page.status.nodeId !== ""; name: qsTr("Your node id"); value: page.status.nodeId; mono: true; copyText: page.status.nodeId }
                FactRow { name: qsTr("Your data"); value: page.status.dataDirectory; mono: true; copyText: page.status.dataDirectory }
                Label { Layout.fillWidth: true; role: "small"; faint: true; wrapMode: Text.Wrap; text: qsTr("Another network has its own wallets: start Duplex with --network=NAME. A proxy is set with --proxy=HOST:PORT.") }
                Button { visible: !page.status.sandbox; size: 32; symbol: "flask"; text: qsTr("Open the sandbox"); onClicked: page.app.startSandbox() }
                Item { Layout.fillHeight: true }
            }
        }
    }
    FileDialog { id: channelFile; title: qsTr("Choose the channel backup file"); onAccepted: page.settings.recoverChannels(selectedFile.toString()) }
    FileDialog { id: saveAs; title: qsTr("Save the backup"); fileMode: FileDialog.SaveFile; defaultSuffix: "duplex"; onAccepted: page.settings.backup(selectedFile.toString()) }
    Dialog {
        id: password
        title: page.status.hasPassword ? qsTr("Change the password") : qsTr("Set a password")
        danger: false
        riskyAction: qsTr("Seal the keys")
        riskyAllowed: fresh.text !== ""
        onOpened: { page.settings.forgetMessages(); old.text = fresh.text = again.text = ""; (page.status.hasPassword ? old : fresh).focusHere() }
        onClosed: old.text = fresh.text = again.text = ""
        onConfirmed: page.settings.changePassword(old.text, fresh.text, again.text)
        Field { id: old; visible: page.status.hasPassword; Layout.fillWidth: true; label: qsTr("Password now"); secret: true; onAccepted: fresh.focusHere() }
        Field { id: fresh; Layout.fillWidth: true; objectName: "freshPassword"; label: qsTr("New password"); secret: true; onEdited: page.settings.forgetMessages(); onAccepted: again.focusHere(); help: qsTr("It seals the keys on this disk. Nobody can bring it back; your words can.") }
        Field { id: again; Layout.fillWidth: true; objectName: "freshPasswordAgain"; label: qsTr("New password again"); secret: true; onEdited: page.settings.forgetMessages(); onAccepted: if (password.riskyAllowed) password.confirmed(); error: page.settings.error }
        Connections { target: page.settings; function onPasswordChanged() { password.close() } }
    }
    Dialog {
        id: words
        title: qsTr("Your words")
        danger: false
        safeAction: qsTr("Close")
        riskyAction: page.settings.words.length > 0 ? "" : qsTr("Show the words")
        onOpened: { page.settings.forgetMessages(); key.text = ""; if (page.status.hasPassword) key.focusHere() }
        onClosed: { key.text = ""; page.settings.forgetWords() }
        onConfirmed: page.settings.showWords(key.text)
        Label { Layout.fillWidth: true; wrapMode: Text.Wrap; dim: true; text: qsTr("Whoever sees them can take everything. Write them on paper, never into a computer.") }
        Field { id: key; visible: page.status.hasPassword && page.settings.words.length === 0; Layout.fillWidth: true; label: qsTr("Password"); secret: true; error: page.settings.error; onAccepted: words.confirmed() }
        WordGrid { visible: page.settings.words.length > 0; Layout.fillWidth: true; words: page.settings.words }
        Label { visible: text !== ""; Layout.fillWidth: true; wrapMode: Text.Wrap; text: page.settings.wordsLack }
    }
}
