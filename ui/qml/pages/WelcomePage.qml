import QtQuick
import QtQuick.Layouts
import Duplex

// The first start. Both floors in two sentences at the left, the next step at the right.
Rectangle {
    id: page
    property QtObject app: null
    readonly property var onboarding: app.onboarding
    color: Theme.bg
    WelcomeSide { id: side; height: parent.height; width: 460; upperName: app.portfolio.upper.name || ""; groundName: app.portfolio.ground.name || ""; version: app.status.version }
    SandboxBand { id: band; visible: page.app.status.bandText !== ""; anchors.left: side.right; anchors.right: parent.right; text: page.app.status.bandText }
    ScrollBox {
        anchors.left: side.right
        anchors.right: parent.right
        anchors.top: band.visible ? band.bottom : parent.top
        anchors.bottom: parent.bottom
        Item { Layout.fillHeight: true; Layout.minimumHeight: 24 }
        Loader {
            Layout.alignment: Qt.AlignHCenter
            Layout.preferredWidth: Math.min(660, page.width - 540)
            source: ({choose: "WelcomeChoose", create: "WelcomeCreate", words: "WelcomeWords", check: "WelcomeCheck", restore: "WelcomeRestore", file: "WelcomeFile"})[page.onboarding.step] ? ({choose: "WelcomeChoose", create: "WelcomeCreate", words: "WelcomeWords", check: "WelcomeCheck", restore: "WelcomeRestore", file: "WelcomeFile"})[page.onboarding.step] + ".qml" : ""
            onLoaded: { item.app = Qt.binding(() => page.app); item.forceActiveFocus() }
        }
        Item { Layout.fillHeight: true; Layout.minimumHeight: 24 }
    }
}
