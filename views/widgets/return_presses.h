// Return presses the button that has the focus, as Space does, in windows that are no dialogs too.
#pragma once

#include <QObject>

namespace slipway::views
{

// Filters the events of what it is installed on (the application). Check boxes and radio buttons
// are left alone: Return there is for the form that they stand in.
class ReturnPresses : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
};

} // namespace slipway::views
