// One portal per data folder: a second start raises the first one's window and goes.
#pragma once

#include <QLocalServer>
#include <QObject>
#include <QString>

namespace slipway::portal
{

class SingleInstance : public QObject
{
    Q_OBJECT

public:
    // `folder` names what this portal is about: a data folder or an address.
    explicit SingleInstance(const QString &folder, QObject *parent = nullptr);
    // True: another portal answered and has raised its window. Waits half a second for somebody who
    // listens, and then at most 5 s for the answer.
    bool raiseOther() const;
    // From now on this is the first.
    void listen();

Q_SIGNALS:
    void raiseRequested();

private:
    QString m_name;
    QLocalServer m_server;
};

} // namespace slipway::portal
