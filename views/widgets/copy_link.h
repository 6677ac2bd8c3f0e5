// An address: a click opens it, the button beside it copies it.
#pragma once

#include "views/widgets/label.h"

#include <QWidget>

class QPushButton;
class QToolButton;

namespace slipway::views
{

class Prompter;

class CopyLink : public QWidget
{
    Q_OBJECT

public:
    CopyLink(const Theme &theme, Prompter &prompter, QWidget *parent = nullptr);
    void setAddress(const QString &address); // empty: hidden
    QString address() const { return m_address; }
    // Addresses a browser cannot open (tcp) are only copied.
    void setOpenable(bool openable);

Q_SIGNALS:
    void copied(const QString &address);
    void notOpened(const QString &address); // there is no browser

private:
    Prompter &m_prompter;
    QPushButton *m_open;
    QToolButton *m_copy;
    QString m_address;
};

} // namespace slipway::views
