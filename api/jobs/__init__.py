"""Long work that goes on by itself: asked for in one transaction, done by a worker."""

from typing import TYPE_CHECKING

from geo.faces import late

if TYPE_CHECKING:
    from api.jobs.orders import CancelJob, Job, ListJobs, OrderJob, ReadJob, RetryJob
    from api.jobs.working import work_on

__all__ = ["CancelJob", "Job", "ListJobs", "OrderJob", "ReadJob", "RetryJob", "work_on"]
late(__name__)
