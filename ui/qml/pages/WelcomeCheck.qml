import QtQuick
import QtQuick.Layouts
import Duplex

StepPage {
    id: page
    title: qsTr("Check three words")
    words: qsTr("Read them from your paper. A wrong word on paper is money lost later.")
    backText: qsTr("Show the words again")
    nextText: qsTr("Open my wallet")
    onBack: app.onboarding.go("words")
    onNext: app.onboarding.check([fields.itemAt(0).text, fields.itemAt(1).text, fields.itemAt(2).text])
    RowLayout {
        spacing: 14
        Repeater {
            id: fields
            model: page.app ? page.app.onboarding.checks : []
            onItemAdded: (index, item) => { if (index === 0) item.focusHere() } // the words come after the page
            Field { required property int modelData; required property int index; objectName: "check" + index; Layout.fillWidth: true; Layout.preferredWidth: 10; label: qsTr("Word %1").arg(modelData); mono: true; onEdited: page.app.onboarding.forgetError(); onAccepted: index < 2 ? fields.itemAt(index + 1).focusHere() : page.next() }
        }
    }
}
