// What can be done to the service and its slots as a whole, as actions for the menu and the
// palette.
#pragma once

#include "views/service/service_models.h"

#include <QAction>
#include <QList>
#include <QObject>

class QMenu;

namespace slipway::views
{

class ServiceActions : public QObject
{
    Q_OBJECT

public:
    ServiceActions(PageContext &context, ServiceModels &models, QObject *parent = nullptr);
    void fill(QMenu &menu) const;
    QList<QAction *> all() const { return m_all; }

Q_SIGNALS:
    void editRequested();

private:
    struct SlotActions {
        v1::SlotKind slot = v1::PRODUCTION;
        QAction *start = nullptr;
        QAction *stop = nullptr;
        QAction *remove = nullptr;
    };
    SlotActions makeSlotActions(v1::SlotKind slot, const QString &prefix);
    QAction *add(const QString &name, const QString &text, const QString &icon,
                 std::function<void()> act);
    void refresh();
    void refresh(const SlotActions &actions);
    void askToStop(v1::SlotKind slot);
    void askToDelete(v1::SlotKind slot);
    void askToDeleteService();
    QString nameOf(v1::SlotKind slot) const; // "“v1.4” in production of guestbook"

    PageContext &m_context;
    ServiceModels &m_models;
    QList<QAction *> m_all;
    QAction *m_edit = nullptr;
    QAction *m_delete_service = nullptr;
    SlotActions m_production;
    SlotActions m_staging;
};

} // namespace slipway::views
