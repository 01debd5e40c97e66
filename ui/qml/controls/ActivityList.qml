import QtQuick
import QtQuick.Templates as T
import Duplex

// The history, newest first, by day; arrows move in it.
ListView {
    id: list
    signal opened(string id, string page, string argument)
    clip: true
    keyNavigationEnabled: true
    boundsBehavior: Flickable.StopAtBounds
    reuseItems: true
    Accessible.role: Accessible.List
    Accessible.name: qsTr("Activity")
    section.property: "section"
    section.delegate: Label { required property string section; text: section; role: "smallStrong"; faint: true; topPadding: 10; bottomPadding: 4 }
    delegate: ActivityRow { width: list.width; onClicked: list.opened(id, page, argument) }
    T.ScrollBar.vertical: ScrollLine { }
}
