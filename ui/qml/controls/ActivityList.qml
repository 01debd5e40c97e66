import QtQuick
import QtQuick.Templates as T
import Duplex

// The history, newest first, by day; arrows move in it.
ListView {
    id: list
    signal opened(string id, string kind, int level, string details)
    clip: true
    keyNavigationEnabled: true
    boundsBehavior: Flickable.StopAtBounds
    reuseItems: true
    Accessible.role: Accessible.List
    Accessible.name: qsTr("Activity")
    section.property: "section"
    section.delegate: Label { required property string section; text: section; role: "smallStrong"; faint: true; topPadding: 10; bottomPadding: 4 }
    delegate: ActivityRow { width: list.width; onClicked: list.opened(id, kind, level, details) }
    T.ScrollBar.vertical: ScrollLine { }
}
