#include "views/widgets/return_presses.h"

#include <QCheckBox>
#include <QKeyEvent>
#include <QRadioButton>

namespace slipway::views
{

bool ReturnPresses::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() != QEvent::KeyPress) {
        return QObject::eventFilter(watched, event);
    }
    const auto *key = static_cast<QKeyEvent *>(event);
    const bool is_return = key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter;
    const bool is_plain = (key->modifiers() & ~Qt::KeypadModifier) == Qt::NoModifier;
    auto *button = qobject_cast<QAbstractButton *>(watched);
    const bool presses = button != nullptr && button->isEnabled() &&
                         qobject_cast<QCheckBox *>(button) == nullptr &&
                         qobject_cast<QRadioButton *>(button) == nullptr;
    if (!is_return || !is_plain || !presses || key->isAutoRepeat()) {
        return QObject::eventFilter(watched, event);
    }
    button->click();
    return true;
}

} // namespace slipway::views
