import QtQuick
import QtQuick.Templates as T
import Duplex

// Names what was typed, and says whether opening it asks the network.
T.Popup {
    id: panel
    property QtObject search: null
    property Item opener: null
    signal chosen(string page, string argument)
    function openFrom(item) { opener = item; if (search) search.text = ""; field.text = ""; open(); field.focusHere() }
    onClosed: if (opener) opener.forceActiveFocus()
    x: Theme.railWidth + Theme.pageMargin
    y: 8
    width: 640
    height: Math.min(460, list.contentHeight + 84)
    modal: true
    focus: true
    padding: 12
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutside
    T.Overlay.modal: Rectangle { color: Qt.rgba(0, 0, 0, Theme.dark ? 0.45 : 0.18) }
    background: Rectangle { radius: 12; color: Theme.raised; border.width: 1; border.color: Theme.lineStrong }
    contentItem: Item {
        Field {
            id: field
            width: parent.width
            symbol: "search"
            unit: qsTr("Esc closes")
            placeholder: qsTr("Find a payment, address, block, channel or node")
            onEdited: (text) => panel.search.text = text
            onAccepted: list.openCurrent()
            Keys.onDownPressed: list.incrementCurrentIndex()
            Keys.onUpPressed: list.decrementCurrentIndex()
        }
        ListView {
            id: list
            function openCurrent() { if (currentItem) currentItem.clicked() }
            y: 56
            width: parent.width
            height: parent.height - 56
            clip: true
            model: panel.search ? panel.search.results : null
            boundsBehavior: Flickable.StopAtBounds
            Accessible.role: Accessible.List
            Accessible.name: qsTr("Results")
            onCountChanged: currentIndex = 0
            section.property: "section"
            section.delegate: Label { required property string section; text: section; role: "smallStrong"; faint: true; leftPadding: 8; topPadding: 10; bottomPadding: 4 }
            delegate: T.ItemDelegate {
                id: found
                required property string symbol
                required property string title
                required property string words
                required property string page
                required property string argument
                width: list.width
                implicitHeight: 52
                hoverEnabled: true
                onClicked: if (page !== "") { panel.close(); panel.chosen(page, argument) }
                Accessible.role: Accessible.ListItem
                Accessible.name: title + ", " + words
                background: Rectangle { radius: 8; color: found.ListView.isCurrentItem || found.hovered ? Theme.sunken : "transparent" }
                contentItem: Item {
                    Icon { x: 12; anchors.verticalCenter: parent.verticalCenter; size: 18; name: found.symbol; color: Theme.text2 }
                    Column {
                        x: 44
                        width: parent.width - 56
                        anchors.verticalCenter: parent.verticalCenter
                        spacing: 2
                        Label { width: parent.width; role: "denseStrong"; text: found.title }
                        Label { visible: text !== ""; width: parent.width; role: "small"; dim: true; text: found.words }
                    }
                }
            }
        }
    }
}
